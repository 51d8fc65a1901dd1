import { Terminal } from "/xterm/lib/xterm.mjs";
import { feed } from "/bench/feed.mjs";

// The scrollback holds every line, as a log view must that lets its reader scroll back.
const lines = Number(new URLSearchParams(location.search).get("lines"));
const terminal = new Terminal({ cols: 160, rows: 30, scrollback: lines + 1000, convertEol: true, disableStdin: true });
terminal.open(document.getElementById("view"));
feed((bytes) => new Promise((resolve) => terminal.write(bytes, resolve)));
