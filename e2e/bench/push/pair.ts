/** A cluster and a gateway as processes of their own, with nothing in their folder yet. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ADMIN, freePort } from "../../support/server.ts";

const run = promisify(execFile);
const PATIENCE_MS = 60_000;

export class Pair {
  private constructor(
    private readonly folder: string,
    private readonly cluster: ChildProcess,
    private readonly gateway: ChildProcess,
    /** `127.0.0.1:PORT` of the cluster, and with it of its registry. */
    readonly registry: string,
    /** Base address of the gateway. */
    readonly url: string,
  ) {}

  static async start(zstd: boolean): Promise<Pair> {
    const folder = await mkdtemp(join(process.env.ROADSTEAD_BENCH_FOLDER ?? tmpdir(), "pair-"));
    const [clusterPort, gatewayPort] = [await freePort(), await freePort()];
    const cluster = start(["cluster", "--engine-host", "unix:///nowhere.sock", "--port", String(clusterPort), "--data", join(folder, "cluster")]);
    await answers(`http://127.0.0.1:${clusterPort}/api/v1/ping`, cluster);
    const flags = ["gateway", "--port", String(gatewayPort), "--upstream", `http://127.0.0.1:${clusterPort}/api/v1`, "--data", join(folder, "gateway")];
    const gateway = start(zstd ? [...flags, "--zstd-layers"] : flags);
    await answers(`http://127.0.0.1:${gatewayPort}/`, gateway);
    return new Pair(folder, cluster, gateway, `127.0.0.1:${clusterPort}`, `http://127.0.0.1:${gatewayPort}`);
  }

  async stop(): Promise<void> {
    for (const process of [this.gateway, this.cluster]) {
      const ended = new Promise((resolve) => process.once("exit", resolve));
      process.kill();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  get pids(): { cluster: number; gateway: number } {
    return { cluster: this.cluster.pid ?? 0, gateway: this.gateway.pid ?? 0 };
  }

  async link(): Promise<string> {
    const said = (await this.user("link", ADMIN, "--url", this.url)).match(/https?:\/\/\S+#code=\S+/)?.[0];
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

function binary(): string {
  const binary = process.env.ROADSTEAD_BIN;
  if (!binary) throw new Error("ROADSTEAD_BIN names no server: measure with `cargo xtask bench`");
  return binary;
}

const start = (flags: string[]) => spawn(binary(), flags, { stdio: "ignore" });

async function answers(url: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await fetch(url).then((answer) => answer.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`nothing answers at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
