/** Debian's docker-registry: what stands for everybody else's registries. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./port.ts";

const PATIENCE_MS = 30_000;

export class OtherRegistry {
  private constructor(
    readonly host: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<OtherRegistry> {
    const folder = await mkdtemp(join(tmpdir(), "other-registry-"));
    const host = `127.0.0.1:${await freePort()}`;
    const config = { version: 0.1, log: { level: "warn" }, storage: { filesystem: { rootdirectory: join(folder, "images") } }, http: { addr: host } };
    // JSON is YAML.
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
    const end = Date.now() + PATIENCE_MS;
    while (!(await fetch(`http://${host}/v2/`).then((answer) => answer.ok, () => false))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error("docker-registry did not come up");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new OtherRegistry(host, folder, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
