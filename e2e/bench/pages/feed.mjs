/** Text frames from the bench's server, each answered when it has been taken in: the same credit as the log stream's. */
export function feed(take) {
  const lines = new URLSearchParams(location.search).get("lines");
  const socket = new WebSocket(`ws://${location.host}/feed/text?lines=${lines}`);
  socket.binaryType = "arraybuffer";
  let taken = 0;
  let pending = Promise.resolve();
  socket.onmessage = (event) => {
    if (typeof event.data === "string") {
      pending = pending.then(() => (document.title = "done"));
      return;
    }
    const bytes = new Uint8Array(event.data);
    pending = pending.then(async () => {
      await take(bytes);
      taken += bytes.length;
      socket.send(JSON.stringify({ type: "credit", bytes: taken }));
    });
  };
}
