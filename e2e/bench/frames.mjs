/** The log stream's wire form (`api::logs`), written from its specification for feeding a page without a cluster. */

export const WINDOW_BYTES = 4 * 1024 * 1024;
export const FRAME_MAX_BYTES = 512 * 1024;
export const ROW_MAX_BYTES = 16 * 1024;
export const CONTINUES = 1;

/** One binary frame. Rows are `{text: Buffer, flags?, timeUs?}`; `timeUs` counts from `baseNs`. */
export function frame(firstLine, baseNs, rows) {
  const head = Buffer.alloc(24 + rows.length * 9);
  head.writeUInt8(1, 0);
  head.writeUInt32LE(rows.length, 4);
  head.writeBigUInt64LE(BigInt(firstLine), 8);
  head.writeBigInt64LE(BigInt(baseNs), 16);
  const times = 24 + rows.length;
  const lengths = times + rows.length * 4;
  rows.forEach((row, i) => {
    head.writeUInt8(row.flags ?? 0, 24 + i);
    head.writeUInt32LE(row.timeUs ?? 0, times + i * 4);
    head.writeUInt32LE(row.text.length, lengths + i * 4);
  });
  return Buffer.concat([head, ...rows.map((row) => row.text)]);
}

/** Sends frames while the page's credit lasts, and goes on when it answers. Resolves when all is sent. */
export async function sendWithCredit(socket, frames) {
  let sent = 0;
  let answered = 0;
  let wake = () => {};
  socket.on("message", (data, binary) => {
    if (binary) return;
    const reply = JSON.parse(String(data));
    if (reply.type === "credit") answered = Math.max(answered, reply.bytes);
    wake();
  });
  socket.on("close", () => wake());
  for (const bytes of frames) {
    while (sent - answered + bytes.length > WINDOW_BYTES && socket.readyState === 1) {
      await new Promise((resolve) => (wake = resolve));
    }
    if (socket.readyState !== 1) return;
    sent += bytes.length;
    // Without a turn of the event loop between frames, no answer would ever be read.
    await new Promise((resolve, reject) => socket.send(bytes, (error) => (error ? reject(error) : resolve())));
  }
}
