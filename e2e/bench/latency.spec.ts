/** From a line written in the container to its being painted, beside the container engine's own way to a client. */

import { test } from "@playwright/test";
import { request as ask } from "node:http";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "../support/server.ts";
import { signIn, startJob } from "./caller.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const SAMPLES = 60;
const MARK = /^mark (\d+)$/;

test("latency from a written line to its paint", async ({ browser }) => {
  const server = await Server.start();
  try {
    const caller = await signIn(server);
    // When a line was written is what the engine stamped it with.
    const job = await startJob(caller, `i=0; while true; do echo mark $i; i=$((i+1)); sleep 0.25; done`, "running");
    const context = await browser.newContext();
    const equals = caller.cookie.indexOf("=");
    await context.addCookies([{ name: caller.cookie.slice(0, equals), value: caller.cookie.slice(equals + 1), url: server.url }]);
    const page = await context.newPage();
    await page.addInitScript(watchPaint);
    await page.goto(`${server.url}/jobs/${job}/logs`);
    const engine = followEngine(job);
    await page.waitForFunction((least) => (globalThis as unknown as Painted).painted.size > least, SAMPLES, { timeout: 120_000, polling: 200 });
    const painted = new Map(await page.evaluate(() => [...(globalThis as unknown as Painted).painted]));
    const received = engine.stop();
    const written = await writtenAt(caller.cookie, server.url, job);
    const ours = delays(painted, written);
    const theirs = delays(received, written);
    const both = [...painted.keys()].filter((mark) => received.has(mark));
    const above = both.map((mark) => (painted.get(mark) ?? 0) - (received.get(mark) ?? 0)).sort((a, b) => a - b);
    await context.close();
    await mkdir(join(HERE, "../results/bench"), { recursive: true });
    const table = {
      title: "Latency from a written line to its paint",
      method:
        `${SAMPLES} or more lines, four a second. Written: the engine's own stamp of the line. Painted: the animation frame after the line's text stood in the document. ` +
        "Engine: the same line read straight from the Docker Engine API by a client of the same machine. Above: paint minus that, line by line.",
      head: ["what", "median ms", "p95 ms", "lines"],
      rows: [
        ["engine's API to a client", ...figures(theirs)],
        ["painted in the console", ...figures(ours)],
        ["console above the engine (aim: median under 50)", ...figures(above)],
      ],
    };
    await writeFile(join(HERE, "../results/bench/latency.json"), JSON.stringify(table));
  } finally {
    await server.stop();
  }
});

interface Painted {
  painted: Map<number, number>;
}

/** In the page: notes when each mark was first painted. */
function watchPaint(): void {
  const painted = new Map<number, number>();
  (globalThis as unknown as Painted).painted = painted;
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    for (const row of document.querySelectorAll(".log-sheet > *")) {
      const mark = row.textContent?.match(/mark (\d+)$/)?.[1];
      if (mark && !painted.has(Number(mark))) painted.set(Number(mark), now);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Follows the container's log at the engine itself. */
function followEngine(job: string): { stop: () => Map<number, number> } {
  const received = new Map<number, number>();
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  const where = host.startsWith("unix://") ? { socketPath: host.slice(7) } : { host: new URL(host).hostname, port: new URL(host).port };
  const filters = encodeURIComponent(JSON.stringify({ label: [`roadstead.job=${job}`] }));
  const list = ask({ ...where, path: `/containers/json?filters=${filters}` }, (answer) => {
    let body = "";
    answer.on("data", (part) => (body += part));
    answer.on("end", () => {
      const id = (JSON.parse(body) as { Id: string }[])[0]?.Id;
      const logs = ask({ ...where, path: `/containers/${id}/logs?stdout=1&follow=1&tail=0` }, (stream) => {
        stream.on("data", (frame: Buffer) => {
          const now = performance.timeOrigin + performance.now();
          // An eight-byte head, then the line.
          const mark = frame.subarray(8).toString().trim().match(MARK)?.[1];
          if (mark) received.set(Number(mark), now);
        });
      });
      logs.end();
      stopping = () => logs.destroy();
    });
  });
  let stopping = () => {};
  list.end();
  return {
    stop: () => {
      stopping();
      return received;
    },
  };
}

/** The engine's stamp of each mark, ms since the epoch. */
async function writtenAt(cookie: string, url: string, job: string): Promise<Map<number, number>> {
  const answer = await fetch(`${url}/api/v1/jobs/${job}/logs/page?from_line=0&limit=5000`, { headers: { cookie, "x-roadstead": "1" } });
  const frame = Buffer.from(await answer.arrayBuffer());
  // api::logs::Frame: head of 24 bytes, flags, times after the base in µs, lengths, text.
  const rows = frame.readUInt32LE(4);
  const baseNs = frame.readBigInt64LE(16);
  const written = new Map<number, number>();
  let text = 24 + rows * 9;
  for (let row = 0; row < rows; row++) {
    const afterUs = frame.readUInt32LE(24 + rows + row * 4);
    const length = frame.readUInt32LE(24 + rows * 5 + row * 4);
    const mark = frame.subarray(text, text + length).toString().match(MARK)?.[1];
    if (mark) written.set(Number(mark), Number(baseNs / 1000n) / 1000 + afterUs / 1000);
    text += length;
  }
  return written;
}

function delays(seen: Map<number, number>, written: Map<number, number>): number[] {
  const marks = [...seen.keys()].filter((mark) => written.has(mark)).sort((a, b) => a - b);
  // What stood there when the page was opened says nothing about latency.
  return marks.slice(8).map((mark) => (seen.get(mark) ?? 0) - (written.get(mark) ?? 0)).sort((a, b) => a - b);
}

function figures(sorted: number[]): [string, string, string] {
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1) ?? "none";
  return [at(0.5), at(0.95), String(sorted.length)];
}
