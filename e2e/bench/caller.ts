/** Calls the console's API as a signed-in browser would, without a browser. */

import WebSocket from "ws";
import { ADMIN, type Server } from "../support/server.ts";

const HEADERS = { "x-roadstead": "1", "content-type": "application/json" };
const PATIENCE_MS = 60_000;

export class Caller {
  constructor(
    readonly url: string,
    readonly cookie: string,
  ) {}

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...HEADERS, cookie: this.cookie },
      body: body && JSON.stringify(body),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return said ? JSON.parse(said) : undefined;
  }

  socket(path: string): WebSocket {
    return new WebSocket(this.url.replace(/^http/, "ws") + path, {
      headers: { cookie: this.cookie },
      origin: this.url,
      perMessageDeflate: false,
    });
  }

  /** Runs a command in a job and waits for its end. */
  async exec(job: string, command: string): Promise<void> {
    const socket = this.socket(`/api/v1/jobs/${job}/exec?tty=0&cmd=${encodeURIComponent(command)}`);
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      // Channel 3 says how the process ended.
      socket.on("message", (frame: Buffer) => frame[0] === 3 && resolve());
      socket.on("close", (code) => reject(new Error(`exec closed with ${code}`)));
    });
    socket.close();
  }
}

export async function signIn(server: Server): Promise<Caller> {
  const code = (await server.link(ADMIN)).split("#code=")[1];
  const answer = await fetch(`${server.url}/api/v1/session`, { method: "POST", headers: HEADERS, body: JSON.stringify({ code }) });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!answer.ok || !cookie) throw new Error(`sign-in answered ${answer.status}`);
  return new Caller(server.url, cookie);
}

/** Starts a shell script as a job and waits until it has that status. */
export async function startJob(caller: Caller, script: string, status: string): Promise<string> {
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  const job = (await caller.call("POST", "/api/v1/jobs", { image: "roadstead/sample:latest", command: `sh -c ${quoted}` })) as { id: string };
  const end = Date.now() + PATIENCE_MS;
  while (((await caller.call("GET", `/api/v1/jobs/${job.id}`)) as { status: string }).status !== status) {
    if (Date.now() > end) throw new Error(`the job did not become ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return job.id;
}
