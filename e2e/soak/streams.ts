/** Streams that must go on without a gap or an end for as long as the soak lasts. */

import type WebSocket from "ws";
import type { Caller } from "../bench/caller.ts";

/** The text of line `number`, as the job writes it. */
const line = (number: number) => `line ${number}`;

/** A shell script that writes numbered lines, so many a second. */
export function writer(linesPerSec: number): string {
  return `i=0; while :; do echo "line $i"; i=$((i+1)); [ $((i % ${linesPerSec})) -eq 0 ] && sleep 1; done`;
}

export class Streams {
  lines = 0;
  events = 0;
  readonly troubles: string[] = [];
  private readonly sockets: WebSocket[] = [];
  private closing = false;

  /** A log from its beginning: each line must follow the one before. */
  log(caller: Caller, job: string): void {
    const socket = this.open(caller, `/api/v1/jobs/${job}/logs?from=start`, "a log");
    let next = 0;
    let bytes = 0;
    socket.on("message", (data: Buffer, binary: boolean) => {
      if (!binary) return this.hear("a log", JSON.parse(String(data)), ["init", "init_done", "heartbeat"]);
      for (const text of rows(data)) {
        if (text !== line(next)) this.trouble(`a log says "${text}" where "${line(next)}" should be`);
        next += 1;
        this.lines += 1;
      }
      bytes += data.length;
      socket.send(JSON.stringify({ type: "credit", bytes }));
    });
  }

  /** The list of jobs. */
  list(caller: Caller): void {
    const socket = this.open(caller, "/api/v1/jobs/events", "a list");
    socket.on("message", (data: Buffer) => {
      this.events += 1;
      this.hear("a list", JSON.parse(String(data)), ["init", "init_done", "heartbeat", "job", "removed"]);
    });
  }

  close(): void {
    this.closing = true;
    for (const socket of this.sockets) socket.close();
  }

  private open(caller: Caller, path: string, what: string): WebSocket {
    const socket = caller.socket(path);
    this.sockets.push(socket);
    socket.on("error", (error) => this.trouble(`${what} broke: ${error.message}`));
    socket.on("close", (code) => this.closing || this.trouble(`${what} was closed with ${code}`));
    return socket;
  }

  private hear(what: string, event: { type: string; reason?: string }, fine: string[]): void {
    if (!fine.includes(event.type)) this.trouble(`${what} said ${JSON.stringify(event)}`);
  }

  private trouble(text: string): void {
    this.troubles.push(text);
  }
}

/** The rows of a frame (`api::logs::Frame`). */
function* rows(frame: Buffer): Generator<string> {
  const count = frame.readUInt32LE(4);
  const lengths = 24 + count * 5;
  let at = lengths + count * 4;
  for (let row = 0; row < count; row += 1) {
    const end = at + frame.readUInt32LE(lengths + row * 4);
    yield frame.toString("utf8", at, end);
    at = end;
  }
}
