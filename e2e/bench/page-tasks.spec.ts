/** No task of the page may keep it from answering: its start, a list of ten thousand jobs, a log that comes fast. */

import { expect, test, type Page } from "@playwright/test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "../support/server.ts";
import { frame } from "./frames.mjs";
import { job, json, serve } from "./log-server.mjs";
import { during, LONG_MS, watch, type Seen } from "./tasks.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const JOBS = 10_000;
const LINES_A_SECOND = 5_000;
const FOLLOW_SECS = 6;
const CHANGES_A_SECOND = 20;
const BEGINNING = Date.parse("2026-11-01T00:00:00Z");
const STATUSES = ["running", "succeeded", "failed", "cancelled", "pending"];

type Socket = import("ws").WebSocket;

test("no task of the page keeps it from answering", async ({ browser }) => {
  const folder = process.env.ROADSTEAD_CONSOLE;
  const own = folder ? undefined : await Server.start();
  const jobs = Array.from({ length: JOBS }, (_, n) => theJob(n));
  const lists = new Set<Socket>();
  const site = await serve({
    console: folder ?? own?.url ?? "",
    answer: (path: string, url: URL, answer: never) => path === "/api/v1/jobs" && (json(answer, pageOf(jobs, url)), true),
    socket: (path: string, url: URL, socket: never) => {
      if (path === "/api/v1/jobs/events") tellJobs(jobs, url, socket, lists);
      else if (path.endsWith("/logs")) void follow(socket);
    },
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const rows: [string, Seen][] = [];
  const note = (what: string, was: Seen) => rows.push([what, was]);

  const page = await context.newPage();
  await watch(page);
  // Once to have Chromium keep the compiled module, as it does for a reader who comes back.
  note("page start, first visit", await during(page, () => open(page, site.url)));
  note("page start, again", await during(page, () => open(page, site.url)));

  const count = page.locator(".page-head .count");
  note(`fetching ${JOBS.toLocaleString("en")} jobs by scrolling to the end`, await during(page, async () => {
    for (let shown = 0; shown < JOBS; ) {
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await expect.poll(async () => (shown = await shownCount(count)), { timeout: 60_000, intervals: [50] }).toBeGreaterThan(shown);
    }
  }));
  await page.waitForTimeout(1_000);
  note("scrolling through them", await during(page, () => scrollAll(page)));
  note(`${CHANGES_A_SECOND} jobs change each second, among all of them`, await during(page, () => change(jobs, lists)));
  note("ordering them by name", await during(page, async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
    await expect(page.locator(".jobs-body .jobs-link").first()).toHaveText("job-name-0");
  }));

  await page.close();

  const log = await context.newPage();
  await watch(log);
  await log.goto(`${site.url}/jobs/job-follow/logs`);
  await log.locator(".log-sheet > *").first().waitFor();
  note(`a log at ${LINES_A_SECOND.toLocaleString("en")} lines/s, followed`, await during(log, () => log.waitForTimeout(FOLLOW_SECS * 1_000)));

  await context.close();
  await site.close();
  await own?.stop();
  await keep(rows);
});

async function open(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/jobs`);
  await page.locator(".jobs-body .jobs-row").first().waitFor();
  // What is fetched ahead belongs to the start.
  await page.waitForTimeout(1_500);
}

async function shownCount(count: ReturnType<Page["locator"]>): Promise<number> {
  return Number((await count.textContent())?.replaceAll(/\D/g, ""));
}

/** By the wheel's steps, down and up again, a step a frame. */
function scrollAll(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const end = document.documentElement.scrollHeight;
    for (let step = 0; step < 150; step++) {
      scrollBy(0, 240);
      await frame();
    }
    for (let step = 0; step < 100; step++) {
      scrollTo(0, (end / 100) * step);
      await frame();
    }
  });
}

function theJob(n: number) {
  const at = new Date(BEGINNING + n * 60_000).toISOString();
  return job(`job-${String(n).padStart(8, "0")}-1111-2222-3333-444444444444`, {
    name: `job-name-${n}`,
    owner: `user-${n % 7}`,
    status: STATUSES[n % STATUSES.length],
    created_at: at,
    started_at: at,
    preset: "cpu-small",
    tags: ["training", `run-${n % 100}`],
    container: { image: `registry.example/team/training:${n % 40}`, resources: { cpu: 1, memory_bytes: 1 << 30 } },
  });
}

type Made = ReturnType<typeof theJob> & { created_at: string };

/** The newest first, as the gateway answers. */
function pageOf(jobs: Made[], url: URL) {
  const limit = Number(url.searchParams.get("limit") ?? 50);
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const items = jobs.toReversed().slice(from, from + limit);
  return from + limit < jobs.length ? { items, next: String(from + limit) } : { items };
}

function tellJobs(jobs: Made[], url: URL, socket: Socket, lists: Set<Socket>): void {
  const since = Date.parse(url.searchParams.get("since") ?? "") || 0;
  const say = (event: object) => socket.send(JSON.stringify(event));
  say({ type: "init" });
  for (const job of jobs) if (Date.parse(job.created_at) >= since) say({ type: "job", job });
  say({ type: "init_done" });
  lists.add(socket);
  socket.on("close", () => lists.delete(socket));
}

async function change(jobs: Made[], lists: Set<Socket>): Promise<void> {
  for (let n = 0; n < CHANGES_A_SECOND * 4; n++) {
    const job = jobs[jobs.length - 1 - ((n * 37) % 400)] as Made & { status: string };
    job.status = job.status === "running" ? "succeeded" : "running";
    for (const socket of lists) socket.send(JSON.stringify({ type: "job", job }));
    await new Promise((resolve) => setTimeout(resolve, 1_000 / CHANGES_A_SECOND));
  }
}

/** A live log in small frames, as a container writes. */
async function follow(socket: Socket): Promise<void> {
  const A_TICK_MS = 10;
  socket.send(JSON.stringify({ type: "init", first_line: 0, total_lines: 0, seekable: true }));
  socket.send(JSON.stringify({ type: "init_done" }));
  const begun = Date.now();
  let sent = 0;
  while (socket.readyState === 1 && Date.now() - begun < (FOLLOW_SECS + 5) * 1_000) {
    const due = Math.floor(((Date.now() - begun) / 1_000) * LINES_A_SECOND) - sent;
    if (due > 0) {
      const rows = Array.from({ length: due }, (_, i) => ({ text: Buffer.from(`step ${sent + i} loss=0.1234 lr=3e-4 `.padEnd(99, "tokens=")), timeUs: i * 10 }));
      socket.send(frame(sent, BigInt(Date.now()) * 1_000_000n, rows));
      sent += due;
    }
    await new Promise((resolve) => setTimeout(resolve, A_TICK_MS));
  }
}

async function keep(rows: [string, Seen][]): Promise<void> {
  const ms = (value: number) => value.toFixed(0);
  const table = {
    title: "Tasks of the page's main thread",
    method:
      `Chromium's own trace of the tasks of the page's main thread; aim: none over ${LONG_MS} ms on an idle machine. The processor's time for the longest does not ` +
      "count what other programs took meanwhile. The console's own files, with a make-believe gateway on the same machine. " +
      "Frames: the time from one animation frame to the next while it went on.",
    head: ["what", `tasks over ${LONG_MS} ms`, "longest ms", "longest, processor ms", "frames apart, p95 ms", "frames apart, most ms"],
    rows: rows.map(([what, was]) => [what, String(was.longTasks), ms(was.longestTaskMs), ms(was.longestCpuMs), ms(was.frameP95Ms), ms(was.frameMaxMs)]),
  };
  const folder = join(HERE, "../results/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "page-tasks.json"), JSON.stringify(table, null, 2));
  for (const row of [table.head, ...table.rows]) console.log(row.map((cell) => cell.padEnd(24)).join(""));
}
