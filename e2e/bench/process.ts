/** What the system says of the process that browsers are connected to, and V8 of the Worker in it. */

import { readdir, readFile, readlink } from "node:fs/promises";
import WebSocket from "ws";
import type { Server } from "../support/server.ts";

/** Anonymous memory, and open sockets and files. */
export async function cost(server: Server): Promise<{ bytes: number; sockets: number }> {
  const proc = `/proc/${server.frontPid}`;
  const status = await readFile(`${proc}/status`, "utf8");
  const kib = Number(status.match(/^RssAnon:\s+(\d+) kB/m)?.[1]);
  const sockets = (await readdir(`${proc}/fd`)).length;
  return { bytes: kib * 1024, sockets };
}

/** Connections that the process holds to the cluster. */
export async function upstreamConnections(server: Server): Promise<number> {
  const folder = `/proc/${server.frontPid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  const own = new Set(links);
  const port = Number(new URL(server.platform).port).toString(16).toUpperCase().padStart(4, "0");
  const rows = (await readFile("/proc/net/tcp", "utf8")).split("\n").map((row) => row.trim().split(/\s+/));
  // Columns of proc(5): remote address, state (1 is established), inode.
  return rows.filter((row) => row[2]?.endsWith(`:${port}`) && row[3] === "01" && own.has(`socket:[${row[9]}]`)).length;
}

/** JavaScript's heap and what WebAssembly and buffers take, once garbage is collected: what Cloudflare's limit is on. */
export async function isolateBytes(inspector: string): Promise<number> {
  const [target] = (await (await fetch(`http://127.0.0.1:${inspector}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target!.webSocketDebuggerUrl);
  await new Promise((opened, failed) => socket.on("open", opened).on("error", failed));
  const ask = (id: number, method: string) =>
    new Promise<Record<string, number>>((answered) => {
      socket.on("message", (data) => {
        const said = JSON.parse(data.toString());
        if (said.id === id) answered(said.result);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  await ask(1, "HeapProfiler.collectGarbage");
  const { totalSize = NaN, backingStorageSize = NaN } = await ask(2, "Runtime.getHeapUsage");
  socket.close();
  return totalSize + backingStorageSize;
}
