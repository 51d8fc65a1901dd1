/** Requests of several kinds, one after another in each of a few lanes, at a pace that holds a share of the machine's processors. */

import { createHash, randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { cpuSecs } from "../bench/push/processes.ts";
import type { Caller } from "../bench/caller.ts";

const CHUNK = randomBytes(4 * 1024 * 1024);
const DIGEST = `sha256:${createHash("sha256").update(CHUNK).digest("hex")}`;
/** How often the pace is judged, and how far it may change at once. */
const LOOK_MS = 1_000;
const PAUSE_MS = { shortest: 1, first: 100, longest: 5_000 };

export class Traffic {
  /** Milliseconds that each took, by kind. */
  readonly took = new Map<string, number[]>();
  readonly troubles: string[] = [];
  /** Share of all processors that the server and this process used, each second. */
  readonly shares: number[] = [];
  private pauseMs = PAUSE_MS.first;

  constructor(
    private readonly share: number,
    private readonly pids: number[],
  ) {}

  /** Runs every kind in lanes of its own until the end. */
  async run(callers: Caller[], job: string, until: number): Promise<void> {
    const judge = this.judge(until);
    const lanes = callers.flatMap((caller) => [
      this.lane("list", until, () => caller.call("GET", "/api/v1/jobs?limit=50")),
      this.lane("upload", until, () => upload(caller)),
      this.lane("exec", until, () => caller.exec(job, "true")),
    ]);
    await Promise.all([judge, ...lanes]);
  }

  private async lane(kind: string, until: number, act: () => Promise<unknown>): Promise<void> {
    const took = this.took.get(kind) ?? [];
    this.took.set(kind, took);
    while (Date.now() < until) {
      const at = performance.now();
      await act().then(
        () => took.push(performance.now() - at),
        (error) => this.troubles.push(`${kind}: ${error.message}`),
      );
      await sleep(this.pauseMs);
    }
  }

  private async judge(until: number): Promise<void> {
    let [used, at] = [cpuSecs(this.pids), performance.now()];
    while (Date.now() < until) {
      await sleep(LOOK_MS);
      const [usedNow, now] = [cpuSecs(this.pids), performance.now()];
      const share = (usedNow - used) / ((now - at) / 1000) / availableParallelism();
      this.shares.push(share);
      const wanted = this.pauseMs * (share > this.share ? 1.1 : 0.9);
      this.pauseMs = Math.min(PAUSE_MS.longest, Math.max(PAUSE_MS.shortest, wanted));
      [used, at] = [usedNow, now];
    }
  }
}

/** A layer in two chunks, as a page sends it; the same each time, so that the registry keeps it once. */
async function upload(caller: Caller): Promise<void> {
  const begun = await ask(caller, "POST", "/v2/main/default/soak/blobs/uploads/", 202);
  let place = begun.headers.get("location") ?? "";
  const half = CHUNK.length / 2;
  for (const [from, to] of [[0, half], [half, CHUNK.length]] as const) {
    const headers = { "content-type": "application/octet-stream", "content-range": `${from}-${to - 1}` };
    const answer = await ask(caller, "PATCH", place, 202, headers, CHUNK.subarray(from, to));
    place = answer.headers.get("location") ?? place;
  }
  await ask(caller, "PUT", `${place}${place.includes("?") ? "&" : "?"}digest=${encodeURIComponent(DIGEST)}`, 201);
}

async function ask(caller: Caller, method: string, path: string, wanted: number, more: object = {}, body?: Buffer): Promise<Response> {
  const headers = { "x-roadstead": "1", cookie: caller.cookie, ...more };
  const answer = await fetch(new URL(path, caller.url), { method, headers, body: body as BodyInit | undefined });
  const said = await answer.text();
  if (answer.status !== wanted) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return answer;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
