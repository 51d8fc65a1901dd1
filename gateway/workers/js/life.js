/**
 * What must end with an instance of the WebAssembly: after a panic its memory is in no known state, and it is never used again.
 *
 * Both sides import this one module: the instance to say that it is over, the entry to hear it.
 */

/** Called once with the panic's message, for each thing that waits for the instance. */
const waiting = new Set();
/** Called once, for each socket that the instance serves. */
const sockets = new Set();
/** Grows with each instance. */
export let generation = 0;
let over = false;

/** The instance has panicked. It is still on the stack: nothing of it may be called from here. */
export function panicked(message) {
  over = true;
  generation += 1;
  for (const tell of waiting) tell(message);
  waiting.clear();
  for (const close of sockets) close();
  sockets.clear();
}

/** The instance serves this socket. */
export function opened(socket) {
  // Held weakly, for the platform tells nobody here when one is done with.
  const held = new WeakRef(socket);
  // A socket may be closed by the request it is of and by no other, so that one waits for the word.
  const { promise, resolve } = Promise.withResolvers();
  promise.then(() => held.deref()?.close(1011, "the console's server had to start anew")).catch(() => {});
  sockets.add(resolve);
  socket.addEventListener("close", () => sockets.delete(resolve));
}

/** Runs `renew` if the last instance is over. */
export function ensure(renew) {
  if (!over) return;
  renew();
  over = false;
}

/** What `work` gives, or what `instead` makes of a panic that came first. */
export async function orElse(work, instead) {
  let tell;
  const end = new Promise((resolve) => {
    tell = (message) => resolve(instead(message));
    waiting.add(tell);
  });
  try {
    return await Promise.race([work(), end]);
  } catch (error) {
    // The call that panicked throws besides telling.
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return await end;
  } finally {
    waiting.delete(tell);
  }
}
