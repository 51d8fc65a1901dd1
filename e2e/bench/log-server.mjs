/** Serves the console's own files with a gateway of one make-believe job, so that the log view alone is measured. */

import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";

const KINDS = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** As the gateway sends it. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types default";

/**
 * @param {object} site
 * @param {string} site.console folder of the built console, or the origin of a server that serves it
 * @param {Record<string, string>} [site.folders] more folders, by path prefix
 * @param {(path: string, url: URL, answer: import("node:http").ServerResponse) => boolean} [site.answer] other answers
 * @param {(path: string, url: URL, socket: import("ws").WebSocket) => void} site.socket what a WebSocket gets
 */
export async function serve(site, port = 0) {
  const server = createServer((request, answer) => {
    const url = new URL(request.url, "http://127.0.0.1");
    // xterm.js on its own writes inline styles; the console's policy is for the console.
    if (!url.pathname.startsWith("/bench/")) answer.setHeader("content-security-policy", POLICY);
    answer.setHeader("cross-origin-opener-policy", "same-origin");
    answer.setHeader("cache-control", "no-store");
    if (site.answer?.(url.pathname, url, answer, request)) return;
    if (url.pathname.startsWith("/api/")) return json(answer, api(url.pathname));
    for (const [prefix, folder] of Object.entries(site.folders ?? {})) {
      if (url.pathname.startsWith(prefix)) return file(answer, folder, url.pathname.slice(prefix.length));
    }
    if (/^https?:/.test(site.console)) return void passOn(answer, site.console + url.pathname, request.headers.accept);
    const known = existsSync(join(site.console, normalize(url.pathname))) && url.pathname !== "/";
    file(answer, site.console, known ? url.pathname : "index.html");
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket, request) => {
    const url = new URL(request.url, "http://127.0.0.1");
    socket.on("error", () => socket.terminate());
    site.socket(url.pathname, url, socket);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(answer, value, status = 200) {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify(value));
}

function file(answer, folder, path) {
  const name = join(folder, normalize(`/${path}`));
  if (!existsSync(name)) {
    answer.writeHead(404);
    return void answer.end();
  }
  answer.writeHead(200, { "content-type": KINDS[extname(name)] ?? "application/octet-stream" });
  createReadStream(name).pipe(answer);
}

async function passOn(answer, address, accept = "*/*") {
  const from = await fetch(address, { headers: { accept } });
  answer.writeHead(from.status, { "content-type": from.headers.get("content-type") ?? "application/octet-stream" });
  answer.end(Buffer.from(await from.arrayBuffer()));
}

const NOW = "2026-11-23T08:43:41Z";

/** What the console asks around the log. */
export function api(path) {
  if (path.endsWith("/session")) {
    return { user: "bench", cluster: "local", project: "bench", projects: [], expires_at: "2030-01-01T00:00:00Z", platform_url: "http://127.0.0.1" };
  }
  if (/\/jobs\/[^/]+$/.test(path)) return job(path.split("/").at(-1));
  if (path.endsWith("/jobs")) return { items: [] };
  return [];
}

/** A running job, as `api::jobs::Job`. */
export function job(id, more = {}) {
  return {
    id,
    owner: "bench",
    cluster: "local",
    project: "bench",
    uri: `job://local/bench/${id}`,
    status: "running",
    created_at: NOW,
    started_at: NOW,
    run_time_secs: 1,
    observed_at: NOW,
    container: { image: "bench", resources: { cpu: 1, memory_bytes: 1 << 30 } },
    total_price_credits: "0",
    ...more,
  };
}
