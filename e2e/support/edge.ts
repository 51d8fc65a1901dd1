/** The Worker in workerd, before a server: where browsers go when `cargo xtask e2e --host workers` asks for it. */

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./port.ts";

/** Paths in the description begin here. */
const FOLDER = new URL("../../gateway/workers/", import.meta.url).pathname;
const PATIENCE_MS = 30_000;

export class Edge {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  /** Whether the Worker is what is tested. */
  static get isWanted(): boolean {
    return Boolean(process.env.ROADSTEAD_WORKERD);
  }

  /** `linksToken` is of the account that reads jobs for links. */
  static async start(upstream: string, folder: string, linksToken: string): Promise<Edge> {
    const workerd = process.env.ROADSTEAD_WORKERD;
    if (!workerd) throw new Error("ROADSTEAD_WORKERD names no workerd: use `cargo xtask e2e --host workers`");
    const address = `127.0.0.1:${await freePort()}`;
    const env = { ...process.env, UPSTREAM_URL: upstream, LINKS_TOKEN: linksToken, SESSION_KEY: randomBytes(32).toString("base64") };
    const objects = join(folder, "objects");
    await mkdir(objects);
    const flags = ["serve", "--socket-addr", `http=${address}`, "--directory-path", `objects=${objects}`, "workerd.capnp"];
    const child = spawn(workerd, flags, { stdio: ["ignore", "pipe", "pipe"], cwd: FOLDER, env });
    const file = createWriteStream(join(folder, "edge.log"), { flags: "a" });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    const end = Date.now() + PATIENCE_MS;
    // Any answer will do: it listens.
    while (!(await fetch(`http://${address}/`).then(() => true, () => false))) {
      if (child.exitCode !== null || Date.now() > end) throw new Error("workerd did not come up: is the Worker built?");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new Edge(`http://${address}`, child);
  }

  /** The process, for what the system says of it. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
  }
}
