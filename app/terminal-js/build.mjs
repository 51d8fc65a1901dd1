// Bundles xterm.js for the console into dist/: entry.js by a fixed name, everything it loads under names with a hash.
import { build } from "esbuild";
import { copyFile, rm } from "node:fs/promises";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/entry.js"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".css": "file" },
  publicPath: "/terminal/",
  legalComments: "none",
  // Free `document`s in xterm.js become ours; see src/strict-document.js.
  define: { document: "strictDocument" },
  inject: ["src/strict-document.js"],
});
// The licence of what is in the bundle goes with it.
await copyFile("node_modules/@xterm/xterm/LICENSE", "dist/xterm-LICENSE.txt");
