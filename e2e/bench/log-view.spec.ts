/** The same lines to the console's log view, to xterm.js and to an element a line: what does each cost the page? */

import { test, type Page } from "@playwright/test";
import { mkdir, writeFile, readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "../support/server.ts";
import { frame, sendWithCredit, FRAME_MAX_BYTES } from "./frames.mjs";
import { serve } from "./log-server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const XTERM = join(HERE, "../../app/terminal-js/node_modules/@xterm/xterm");
const LINES = Number(process.env.ROADSTEAD_BENCH_LINES ?? 1_000_000);
/** An element a line gets slower with every line; a million of them do not finish. */
const PLAIN_LINES = LINES / 10;
const LINE_BYTES = 100;
const TICKS_A_SECOND = 100;

interface Run {
  lines: number;
  wallSecs: number;
  pageCpuSecs: number;
  allCpuSecs: number;
  memoryBytes: number;
  longestTaskMs: number;
}

interface Watched {
  longestTaskMs: number;
}

test("log view beside xterm.js and plain rows", async ({ browser }) => {
  // Either a folder with the built console, or the server under test serves it.
  const folder = process.env.ROADSTEAD_CONSOLE;
  const own = folder ? undefined : await Server.start();
  const site = await serve({
    console: folder ?? own?.url ?? "",
    folders: { "/bench/": join(HERE, "pages"), "/xterm/": XTERM },
    socket: (path: string, url: URL, socket: never) => void feed(path, url, socket),
  });
  const measure = async (path: string, lines: number, done: (page: Page) => Promise<unknown>) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(watchTasks);
    // A renderer of its own that has run nothing yet but this page's start.
    await page.goto(site.url + path.replace("LINES", "0"));
    await page.waitForLoadState("networkidle");
    const before = await renderers();
    const at = Date.now();
    await page.goto(site.url + path.replace("LINES", String(lines)));
    await done(page);
    const wallSecs = (Date.now() - at) / 1000;
    const run: Run = { lines, wallSecs, longestTaskMs: await page.evaluate(() => (globalThis as unknown as Watched).longestTaskMs), ...grown(before, await renderers()) };
    await context.close();
    return run;
  };

  const title = (page: Page) => page.waitForFunction(() => document.title === "done", undefined, { timeout: 500_000, polling: 100 });
  const complete = (page: Page) => page.locator('.log-state[data-tone="idle"]').waitFor({ timeout: 500_000 });
  const ours = await measure("/jobs/job-LINES/logs", LINES, complete);
  const xterm = await measure("/bench/xterm.html?lines=LINES", LINES, title);
  const rows = await measure("/bench/rows.html?lines=LINES", PLAIN_LINES, title);
  await site.close();
  await own?.stop();
  await report(ours, xterm, rows);
});

async function feed(path: string, url: URL, socket: never): Promise<void> {
  const ws = socket as unknown as import("ws").WebSocket;
  const say = (event: object) => ws.send(JSON.stringify(event));
  if (path === "/feed/text") {
    await sendWithCredit(ws, textFrames(Number(url.searchParams.get("lines"))));
    return say({ type: "end" });
  }
  const lines = Number(/\/jobs\/job-(\d+)\/logs$/.exec(path)?.[1] ?? Number.NaN);
  // Other streams of the page stay open and silent.
  if (Number.isNaN(lines)) return;
  say({ type: "init", first_line: 0, total_lines: lines, seekable: true });
  await sendWithCredit(ws, rowFrames(lines));
  say({ type: "init_done" });
  say({ type: "end", reason: "finished" });
}

/** A hundred bytes with the newline, every line another. */
function line(n: number): string {
  const head = `2026-11-23T08:43:41.${String(n % 1000).padStart(3, "0")}Z INFO worker-${n % 16} step ${n} `;
  return head.padEnd(LINE_BYTES - 1, "loss=0.1234 lr=3e-4 tokens=");
}

const A_FRAME = Math.floor((FRAME_MAX_BYTES - 24) / (LINE_BYTES + 9));

function* rowFrames(lines: number) {
  for (let at = 0; at < lines; at += A_FRAME) {
    const count = Math.min(A_FRAME, lines - at);
    const rows = Array.from({ length: count }, (_, i) => ({ text: Buffer.from(line(at + i)), timeUs: i * 10 }));
    yield frame(at, 1795423421000000000n + BigInt(at) * 10_000n, rows);
  }
}

function* textFrames(lines: number) {
  for (let at = 0; at < lines; at += A_FRAME) {
    const count = Math.min(A_FRAME, lines - at);
    yield Buffer.from(Array.from({ length: count }, (_, i) => `${line(at + i)}\n`).join(""));
  }
}

function watchTasks(): void {
  const seen = globalThis as unknown as Watched;
  seen.longestTaskMs = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.longestTaskMs = Math.max(seen.longestTaskMs, task.duration);
  }).observe({ entryTypes: ["longtask"] });
}

interface Process {
  main: number;
  all: number;
  memoryBytes: number;
}

/** CPU seconds and memory of every renderer. */
async function renderers(): Promise<Map<number, Process>> {
  const found = new Map<number, Process>();
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    const line = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (!line.includes("--type=renderer")) continue;
    const cpu = await cpuSecs(pid).catch(() => undefined);
    if (cpu) found.set(pid, { ...cpu, memoryBytes: await memoryBytes(pid) });
  }
  return found;
}

/** What the page used: its renderer is the one that worked most meanwhile. */
function grown(before: Map<number, Process>, after: Map<number, Process>) {
  const nothing: Process = { main: 0, all: 0, memoryBytes: 0 };
  const since = [...after].map(([pid, is]) => {
    const was = before.get(pid) ?? nothing;
    return { pageCpuSecs: is.main - was.main, allCpuSecs: is.all - was.all, memoryBytes: is.memoryBytes - was.memoryBytes };
  });
  const page = since.sort((a, b) => b.allCpuSecs - a.allCpuSecs).at(0);
  if (!page) throw new Error("there is no renderer to measure");
  return page;
}

/** Fields of /proc/PID/task/TID/stat from the third on (proc(5)); the thread's name may hold spaces, so it is cut off. */
async function stat(pid: number, tid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/task/${tid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

async function cpuSecs(pid: number): Promise<{ main: number; all: number }> {
  const secs = { main: 0, all: 0 };
  for (const tid of await readdir(`/proc/${pid}/task`)) {
    const fields = await stat(pid, Number(tid)).catch(() => []);
    const used = (Number(fields.at(11) ?? 0) + Number(fields.at(12) ?? 0)) / TICKS_A_SECOND;
    secs.all += used;
    if (Number(tid) === pid) secs.main += used;
  }
  return secs;
}

async function memoryBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const kib = /^Anonymous:\s+(\d+) kB/m.exec(rollup)?.[1];
  return Number(kib) * 1024;
}

async function report(ours: Run, xterm: Run, rows: Run): Promise<void> {
  const perCpu = (run: Run) => run.lines / run.pageCpuSecs;
  const n = (value: number, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const cells = (name: string, run: Run) => [
    name,
    n(run.lines),
    n(run.lines / run.wallSecs),
    n(run.pageCpuSecs, 2),
    n(run.allCpuSecs, 2),
    n(perCpu(run)),
    `${n(perCpu(run) / perCpu(xterm), 2)} x`,
    n(run.memoryBytes / (run.lines * LINE_BYTES), 2),
    n(run.longestTaskMs),
  ];
  const table = {
    title: `Log view: ${n(LINES)} lines of ${LINE_BYTES} bytes`,
    method:
      "One WebSocket to a page in Chromium, 512 KiB frames, 4 MiB credit; all lines kept, the end in view. CPU of the renderer's main thread and of the whole renderer " +
      "from /proc, page load included; memory is what the renderer's anonymous memory grew by, per byte of text. xterm.js keeps all lines in its scrollback. " +
      "Plain rows get a tenth of the lines, because their cost grows with each. Aims: 5 times xterm.js's lines per CPU second, under 1.6 bytes per byte.",
    head: ["view", "lines", "lines/s", "page CPU s", "renderer CPU s", "lines per page CPU s", "beside xterm.js", "bytes per byte of text", "longest task ms"],
    rows: [cells("Roadstead", ours), cells("xterm.js 6", xterm), cells("an element a line", rows)],
  };
  const folder = join(HERE, "../results/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "log-view.json"), JSON.stringify(table, null, 2));
  for (const row of [table.head, ...table.rows]) console.log(row.map((cell) => cell.padEnd(22)).join(""));
}
