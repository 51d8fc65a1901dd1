/** Everything at once, for long: nothing fails, no stream breaks, and the server's memory does not grow. */

import { expect, test } from "@playwright/test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signIn, startJob, type Caller } from "../bench/caller.ts";
import { Server } from "../support/server.ts";
import { Streams, writer } from "./streams.ts";
import { Traffic } from "./traffic.ts";

const MINUTES = Number(process.env.ROADSTEAD_SOAK_MINUTES ?? 30);
/** Of the machine's processors, used by the server and its callers together. */
const SHARE = 0.5;
const CALLERS = 4;
const LOGS_EACH = 5;
const LINES_PER_SEC = 50;
/** What is filled once (caches, pools, the allocator's own) is filled by then. */
const WARM_UP = 0.1;
/** What the server's memory may grow by, from the first third after the warm-up to the last. */
const GROWTH = { share: 0.1, mb: 8 };
const FILES_GROWTH = 16;

test(`${MINUTES} minutes of everything`, async () => {
  const server = await Server.start(["--session-rate", "0"]);
  const streams = new Streams();
  try {
    const callers: Caller[] = [];
    for (let n = 0; n < CALLERS; n += 1) callers.push(await signIn(server));
    const [first] = callers as [Caller];
    const job = await startJob(first, writer(LINES_PER_SEC), "running");
    for (const caller of callers) {
      streams.list(caller);
      for (let n = 0; n < LOGS_EACH; n += 1) streams.log(caller, job);
    }
    const samples: Sample[] = [];
    const clock = setInterval(() => samples.push(sample(server.pid)), 1_000);
    const traffic = new Traffic(SHARE, [server.pid, process.pid]);
    await traffic.run(callers, job, Date.now() + MINUTES * 60_000);
    clearInterval(clock);
    const wrong = [...traffic.troubles, ...streams.troubles];
    const [before, after] = thirds(samples.slice(Math.floor(samples.length * WARM_UP)));
    const lines = streams.lines;
    streams.close();

    keep(traffic, streams, before, after, wrong.length);
    expect(wrong.slice(0, 20), `${wrong.length} errors`).toEqual([]);
    // Each log has had what the job wrote, but for the sleep's own slowness.
    expect(lines).toBeGreaterThan(CALLERS * LOGS_EACH * MINUTES * 60 * LINES_PER_SEC * 0.5);
    for (const kind of ["list", "upload", "exec"]) expect(traffic.took.get(kind)?.length, kind).toBeGreaterThan(MINUTES * 10);
    expect(after.mb - before.mb, "growth of memory, MB").toBeLessThanOrEqual(Math.max(GROWTH.mb, before.mb * GROWTH.share));
    expect(after.files - before.files, "growth of open files").toBeLessThanOrEqual(FILES_GROWTH);
  } finally {
    streams.close();
    await server.stop();
  }
});

type Sample = { mb: number; files: number };

/** Memory that is the server's own, not the files it has mapped; and its open files, sockets among them. */
function sample(pid: number): Sample {
  const kib = Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^RssAnon:\s+(\d+) kB/m)?.[1]);
  return { mb: (kib * 1024) / 1e6, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** Medians of the first third and of the last. */
function thirds(samples: Sample[]): [Sample, Sample] {
  const third = Math.floor(samples.length / 3);
  const of = (part: Sample[]) => ({ mb: median(part.map((one) => one.mb)), files: median(part.map((one) => one.files)) });
  return [of(samples.slice(0, third)), of(samples.slice(-third))];
}

const median = (values: number[]) => rank(values, 0.5);

function rank(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function keep(traffic: Traffic, streams: Streams, before: Sample, after: Sample, errors: number): void {
  const rows = [...traffic.took].map(([kind, took]) => [
    kind,
    `${took.length}, ${(took.length / MINUTES / 60).toFixed(1)} a second; ${rank(took, 0.5).toFixed(0)} ms, p99 ${rank(took, 0.99).toFixed(0)} ms`,
  ]);
  rows.push(
    [`lines of ${CALLERS * LOGS_EACH} log streams`, `${streams.lines}${errors > 0 ? "" : ", none missing"}`],
    [`events of ${CALLERS} lists`, String(streams.events)],
    ["errors, gaps, ends", String(errors)],
    ["processors used, of the machine's", `${(median(traffic.shares) * 100).toFixed(0)} %`],
    ["memory, first third after warm-up", `${before.mb.toFixed(1)} MB`],
    ["memory, last third", `${after.mb.toFixed(1)} MB`],
    ["open files, first third and last", `${before.files}, ${after.files}`],
  );
  const folder = join(import.meta.dirname, "../results");
  mkdirSync(folder, { recursive: true });
  const method =
    `\`roadstead up\` with a real engine; ${CALLERS} sessions list jobs, upload a layer of 4 MiB in two chunks and run a command in a job, one after another, ` +
    `at a pace that keeps server and callers at half of the machine's processors, while each follows a list of jobs and ${LOGS_EACH} logs of ${LINES_PER_SEC} lines a second. ` +
    `Memory is the server's own, medians. It may grow by ${GROWTH.share * 100} %, or ${GROWTH.mb} MB where that is more.`;
  writeFileSync(join(folder, "soak.json"), JSON.stringify({ title: `Soak: ${MINUTES} minutes`, method, head: ["what", "figure"], rows }));
}
