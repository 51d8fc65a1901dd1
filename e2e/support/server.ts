/** One `roadstead up` with a data folder of its own: started, killed, asked for links. Knows nothing of pages. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Edge } from "./edge.ts";
import { freePort } from "./port.ts";

const run = promisify(execFile);
const PATIENCE_MS = 60_000;

/** The user that a first start makes. */
export const ADMIN = "admin";

/** Reads jobs for links to their status, where the gateway is not the cluster's own. */
const LINKS_ACCOUNT = "edge-links";

export class Server {
  private process: ChildProcess | undefined;
  private edge: Edge | undefined;

  private constructor(
    private readonly binary: string,
    private readonly folder: string,
    private readonly port: number,
    private readonly flags: string[],
  ) {}

  /** `more` are further flags of `roadstead up`, which may depend on its port. */
  static async start(more: string[] | ((port: number) => string[]) = []): Promise<Server> {
    const binary = process.env.ROADSTEAD_BIN;
    if (!binary) throw new Error("ROADSTEAD_BIN names no server: run these tests with `cargo xtask e2e`");
    const folder = await mkdtemp(join(tmpdir(), "roadstead-e2e-"));
    const port = await freePort();
    const server = new Server(binary, folder, port, typeof more === "function" ? more(port) : more);
    await server.resume();
    if (Edge.isWanted) await server.putBehindEdge();
    return server;
  }

  /** Where browsers go: the binary's own console, or that of the Worker before it. */
  get url(): string {
    return this.edge?.url ?? this.platform;
  }

  /** Where the platform's command line goes: the cluster itself, whatever browsers have before it. */
  get platform(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the process (again) on the same data folder. */
  async resume(): Promise<void> {
    const flags = ["up", "--port", String(this.port), "--data", this.data, ...this.flags];
    const { DOCKER_HOST, ROADSTEAD_SAMPLE_BUSYBOX } = process.env;
    if (DOCKER_HOST) flags.push("--engine-host", DOCKER_HOST);
    if (ROADSTEAD_SAMPLE_BUSYBOX) flags.push("--sample-busybox", ROADSTEAD_SAMPLE_BUSYBOX);
    const child = spawn(this.binary, flags, { stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(this.log, { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.process = child;
    const end = Date.now() + PATIENCE_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || Date.now() > end) {
        throw new Error(`the server did not come up:\n${await readFile(this.log, "utf8")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await this.edge?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A one-time sign-in link, as `roadstead user link` prints it. */
  async link(user = ADMIN): Promise<string> {
    const said = await this.user("link", user, "--url", this.url);
    const link = said.match(/https?:\/\/\S+#code=\S+/)?.[0];
    if (!link) throw new Error(`\`user link\` printed no link: ${said}`);
    return link;
  }

  /** A token for the command line, as `roadstead user token` prints it. */
  async token(user = ADMIN): Promise<string> {
    const token = (await this.user("token", user)).trim().split(/\s+/).at(-1);
    if (!token) throw new Error("`user token` printed nothing");
    return token;
  }

  /** Another person, with this role in a project. */
  async addUser(name: string, project: string, role: "reader" | "writer" | "manager" | "admin"): Promise<void> {
    await this.user("add", name, "--project", project, "--role", role);
  }

  /** Gives a person a password, as `roadstead user passwd` reads it from standard input. */
  async setPassword(name: string, password: string): Promise<void> {
    const child = spawn(this.binary, ["user", "--data", this.data, "passwd", name], { stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.end(`${password}\n`);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    if (code !== 0) throw new Error(`\`user passwd\` ended with ${code}`);
  }

  /** The account that reads jobs for links to their status. */
  get linksReader(): string {
    return this.edge ? LINKS_ACCOUNT : "roadstead-links";
  }

  /** The process, for what the system says of it. */
  get pid(): number {
    const pid = this.process?.pid;
    if (!pid) throw new Error("the server is not running");
    return pid;
  }

  /** The process that browsers are connected to. */
  get frontPid(): number {
    return this.edge?.pid ?? this.pid;
  }

  private async putBehindEdge(): Promise<void> {
    await this.addUser(LINKS_ACCOUNT, "default", "reader");
    this.edge = await Edge.start(`${this.platform}/api/v1`, this.folder, await this.token(LINKS_ACCOUNT));
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  private get log(): string {
    return join(this.folder, "server.log");
  }

  private async user(...words: string[]): Promise<string> {
    return (await run(this.binary, ["user", "--data", this.data, ...words])).stdout;
  }

  private async answers(): Promise<boolean> {
    return fetch(`${this.platform}/api/v1/ping`).then((answer) => answer.ok, () => false);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
