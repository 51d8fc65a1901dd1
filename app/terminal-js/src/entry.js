// The one file with a fixed name: small, so that asking whether it changed costs nothing. The rest is loaded by its hash.
globalThis.roadsteadTerminal = { load: () => import("./terminal.js") };
