/** One `roadstead gateway` with a data folder of its own, before a platform. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 60_000;

export class Gateway {
  private process: ChildProcess | undefined;
  private said = "";

  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly flags: string[],
  ) {}

  static async start(port: number, upstream: string, more: string[] = []): Promise<Gateway> {
    const folder = await mkdtemp(join(tmpdir(), "roadstead-gateway-"));
    const flags = ["gateway", "--port", String(port), "--data", folder, "--upstream", upstream, ...more];
    const gateway = new Gateway(`http://127.0.0.1:${port}`, folder, flags);
    await gateway.resume();
    return gateway;
  }

  /** Starts the process (again) on the same folder. */
  async resume(): Promise<void> {
    const binary = process.env.ROADSTEAD_BIN;
    if (!binary) throw new Error("ROADSTEAD_BIN names no server: run these tests with `cargo xtask e2e`");
    const child = spawn(binary, this.flags, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (this.said += String(bytes)));
    this.process = child;
    const end = Date.now() + PATIENCE_MS;
    while (!(await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the gateway did not come up:\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the process; its folder stays. */
  async end(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
