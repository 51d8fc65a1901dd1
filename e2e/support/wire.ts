/** A wire between a browser and a server that can be listened to, narrowed and cut: what networks do. */

import { connect, createServer, type Server as Listener, type Socket } from "node:net";

export class Wire {
  /** Bytes that went to the server. */
  sent = 0;
  private whole = true;
  /** How fast bytes go to the server over all connections together, where that is bounded. */
  bytesPerSec = Number.POSITIVE_INFINITY;
  /** When all that was let through would have arrived at that speed, in milliseconds of `performance.now()`. */
  private busyUntil = 0;
  /** A request for this path breaks, as where something on the way lets no WebSocket through. */
  refused?: string;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly listener: Listener,
    readonly url: string,
  ) {}

  static async to(server: string): Promise<Wire> {
    const { hostname, port } = new URL(server);
    const listener = createServer((near) => wire.join(near, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const address = listener.address();
    if (typeof address !== "object" || !address) throw new Error("no port");
    const wire = new Wire(listener, `http://127.0.0.1:${address.port}`);
    return wire;
  }

  /** Ends what is under way and takes nothing new. */
  cut(): void {
    this.whole = false;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.whole = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  /** How long the wire is busy with these bytes and those before them. */
  private wait(bytes: number): number {
    const now = performance.now();
    if (this.bytesPerSec === Number.POSITIVE_INFINITY) return 0;
    this.busyUntil = Math.max(now, this.busyUntil) + (bytes / this.bytesPerSec) * 1000;
    return this.busyUntil - now;
  }

  private join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      // Both ends of a broken connection are told below.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
    }
    if (!this.whole) {
      near.resetAndDestroy();
      return;
    }
    near.on("data", (bytes) => {
      if (this.refused !== undefined && bytes.includes(`GET ${this.refused} `)) {
        near.resetAndDestroy();
        return;
      }
      this.sent += bytes.length;
      const millis = this.wait(bytes.length);
      if (!far.write(bytes) || millis >= 1) {
        near.pause();
        setTimeout(() => (far.writableNeedDrain ? far.once("drain", () => near.resume()) : near.resume()), millis);
      }
    });
    near.on("end", () => far.end());
    far.pipe(near);
  }
}
