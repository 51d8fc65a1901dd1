/** One job, a thousand viewers: what does each cost the server, and how many connections go upstream? */

import { expect, test } from "@playwright/test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { Server } from "../support/server.ts";
import { signIn, startJob, type Caller } from "./caller.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const VIEWERS = Number(process.env.ROADSTEAD_BENCH_VIEWERS ?? 1_000);
const LINES = 10_000;
/** `echo` of 99 characters and its newline. */
const LINE_BYTES = 100;

/** Streams that one session may have open are 200. */
const VIEWERS_OF_SESSION = 150;

test("fan-out of one log to a thousand viewers, on either host", async () => {
  const native = await measure();
  // Whatever starts a server now has the Worker before it.
  process.env.ROADSTEAD_WORKERD = process.env.ROADSTEAD_BENCH_WORKERD;
  const worker = await measure();
  const rows = native.map(([what, figure], at) => [what, figure, worker[at]?.[1] ?? ""]);
  await keep("fan-out", {
    title: "Fan-out: one job, many viewers",
    method:
      `${VIEWERS} WebSockets follow one job that writes ${LINES} lines of ${LINE_BYTES} bytes at once; viewers, gateway, cluster and container share the machine. ` +
      "Memory is that of the process the viewers are connected to (anonymous): natively gateway and cluster are one, workerd is the Worker alone. Sockets are those beyond one " +
      "a viewer when the last has come: each is let in by a request to the cluster of its own, whose connection is kept for some seconds; one connection reads the log for all.",
    head: ["what", "native", "workerd"],
    rows,
  });
});

async function measure(): Promise<[what: string, figure: string][]> {
  const server = await Server.start();
  try {
    const callers: Caller[] = [];
    while (callers.length * VIEWERS_OF_SESSION < VIEWERS) callers.push(await signIn(server));
    const [caller] = callers as [Caller];
    const text = "x".repeat(LINE_BYTES - 1);
    // It waits until all viewers are there; the word to go is a file.
    const script = `until [ -e /go ]; do sleep 0.2; done; i=0; while [ $i -lt ${LINES} ]; do echo ${text}; i=$((i+1)); done`;
    const job = await startJob(caller, script, "running");
    const alone = await cost(server);
    const viewer = (_: unknown, at: number) => Viewer.open(callers[Math.floor(at / VIEWERS_OF_SESSION)] as Caller, job);
    const viewers = await Promise.all(Array.from({ length: VIEWERS }, viewer));
    const idle = await cost(server);
    const at = Date.now();
    await caller.exec(job, "touch /go");
    await Promise.all(viewers.map((viewer) => viewer.finished));
    const wallSecs = (Date.now() - at) / 1000;
    const after = await cost(server);

    for (const viewer of viewers) expect(viewer.lines + viewer.skipped).toBe(LINES);
    const delivered = viewers.reduce((sum, viewer) => sum + viewer.lines, 0);
    const skipped = viewers.reduce((sum, viewer) => sum + viewer.skipped, 0);
    return [
      ["viewers", String(VIEWERS)],
      ["sockets beyond one a viewer", String(idle.sockets - alone.sockets - VIEWERS)],
      ["lines/s delivered, all viewers together", Math.round(delivered / wallSecs).toLocaleString("en")],
      ["lines skipped for slow viewers", skipped.toLocaleString("en")],
      ["memory per idle viewer, KiB", ((idle.bytes - alone.bytes) / VIEWERS / 1024).toFixed(1)],
      ["memory per viewer after the burst, KiB", ((after.bytes - alone.bytes) / VIEWERS / 1024).toFixed(1)],
    ];
  } finally {
    await server.stop();
  }
}

/** Reads a log as the console does: counts rows, answers with credit. */
class Viewer {
  lines = 0;
  skipped = 0;
  private bytes = 0;
  readonly finished: Promise<void>;

  private constructor(
    private readonly socket: WebSocket,
    private readonly ready: () => void,
  ) {
    this.finished = new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("closed without an end")));
      socket.on("message", (data: Buffer, binary: boolean) => {
        if (binary) this.take(data);
        else if (this.hear(JSON.parse(data.toString()))) resolve();
      });
    });
  }

  static async open(caller: Caller, job: string): Promise<Viewer> {
    const socket = caller.socket(`/api/v1/jobs/${job}/logs?from=start`);
    let viewer: Viewer | undefined;
    await new Promise<void>((ready, failed) => {
      viewer = new Viewer(socket, ready);
      viewer.finished.catch(failed);
    });
    return viewer as unknown as Viewer;
  }

  private take(frame: Buffer): void {
    // api::logs::Frame: rows in bytes 4 to 8.
    this.lines += frame.readUInt32LE(4);
    this.bytes += frame.length;
    this.socket.send(JSON.stringify({ type: "credit", bytes: this.bytes }));
  }

  private hear(event: { type: string; lines?: number; reason?: string }): boolean {
    if (event.type === "init") this.ready();
    if (event.type === "skipped") this.skipped += event.lines ?? 0;
    return event.type === "end" && event.reason === "finished";
  }
}

async function cost(server: Server): Promise<{ bytes: number; sockets: number }> {
  const proc = `/proc/${server.frontPid}`;
  const status = await readFile(`${proc}/status`, "utf8");
  const kib = Number(status.match(/^RssAnon:\s+(\d+) kB/m)?.[1]);
  const sockets = (await readdir(`${proc}/fd`)).length;
  return { bytes: kib * 1024, sockets };
}

async function keep(name: string, table: object): Promise<void> {
  const folder = join(HERE, "../results/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify(table));
}
