/**
 * A cluster and a gateway as processes of their own, each killed and started again by itself; or both in one, as `roadstead up` has them.
 * Without an engine: for images only.
 */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./port.ts";
import { ADMIN } from "./server.ts";

const run = promisify(execFile);
const PATIENCE_MS = 60_000;

type Flags = { cluster?: string[]; gateway?: string[] };
const NO_ENGINE = ["--engine-host", "unix:///nowhere.sock"];

export class Pair {
  private constructor(
    private readonly folder: string,
    readonly cluster: Part,
    readonly gateway: Part,
  ) {}

  /** With nothing in its folder yet, which lies in `within`. */
  static async start(more: Flags = {}, within = tmpdir()): Promise<Pair> {
    const folder = await mkdtemp(join(within, "pair-"));
    const [port, gatewayPort] = [await freePort(), await freePort()];
    const cluster = new Part(port, "api/v1/ping", [
      ...["cluster", ...NO_ENGINE, "--port", String(port), "--data", join(folder, "cluster")],
      ...(more.cluster ?? []),
    ]);
    await cluster.start();
    const gateway = new Part(gatewayPort, "", [
      ...["gateway", "--port", String(gatewayPort), "--upstream", `${cluster.url}/api/v1`, "--data", join(folder, "gateway")],
      ...(more.gateway ?? []),
    ]);
    await gateway.start();
    return new Pair(folder, cluster, gateway);
  }

  /** Both in one process, with these flags of `roadstead up`. */
  static async inOne(more: string[] = [], within = tmpdir()): Promise<Pair> {
    const folder = await mkdtemp(join(within, "pair-"));
    const port = await freePort();
    const both = new Part(port, "api/v1/ping", ["up", ...NO_ENGINE, "--port", String(port), "--data", join(folder, "cluster"), ...more]);
    await both.start();
    return new Pair(folder, both, both);
  }

  /** The processes' numbers. */
  get pids(): number[] {
    return [...new Set([this.cluster.pid, this.gateway.pid])];
  }

  async stop(): Promise<void> {
    await this.gateway.end("SIGTERM");
    await this.cluster.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  async link(): Promise<string> {
    const said = (await this.user("link", ADMIN, "--url", this.gateway.url)).match(/https?:\/\/\S+#code=\S+/)?.[0];
    if (!said) throw new Error("`user link` printed no link");
    return said;
  }

  async token(): Promise<string> {
    return (await this.user("token", ADMIN)).trim().split(/\s+/).at(-1) ?? "";
  }

  private async user(...words: string[]): Promise<string> {
    return (await run(binary(), ["user", "--data", join(this.folder, "cluster"), ...words])).stdout;
  }
}

/** One of the two. */
class Part {
  readonly url: string;
  private process: ChildProcess | undefined;

  constructor(
    port: number,
    private readonly sign: string,
    private readonly flags: string[],
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it (again) on the same folder, and waits until it answers. */
  async start(): Promise<void> {
    const child = spawn(binary(), this.flags, { stdio: "ignore" });
    this.process = child;
    const end = Date.now() + PATIENCE_MS;
    while (!(await fetch(`${this.url}/${this.sign}`).then((answer) => answer.ok, () => false))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`nothing answers at ${this.url}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }
}

function binary(): string {
  const binary = process.env.ROADSTEAD_BIN;
  if (!binary) throw new Error("ROADSTEAD_BIN names no server: use `cargo xtask e2e` or `cargo xtask bench`");
  return binary;
}
