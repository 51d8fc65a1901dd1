/** A push over a slow way, as most people's way up is. */

import { dockerArchive, layer } from "../support/archives.ts";
import { expectThere, fresh, MIB, pick, push, stamp, test } from "../support/through.ts";
import { expect } from "../support/world.ts";

const LAYER_MIB = 10;
const LOOK_EVERY_MS = 250;
/** Steps that somebody who watches must see of a layer that takes ten seconds. */
const STEPS_LEAST = 8;
const ENOUGH_MS = LAYER_MIB * 1000;
/** Numbers are shown to a tenth of a megabyte. */
const ROUNDED_BYTES = 50_001;

const UNITS: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6 };
const bytes = (number = "", unit = "") => Number(number) * (UNITS[unit] ?? Number.NaN);

/** What the page says is done, is there to do, and was sent. */
function numbersOf(text: string): [done: number, total: number, sent: number] {
  const [, done, total, unit] = /^([\d.]+)\/([\d.]+)\s(\S+)/.exec(text) ?? [];
  const [, sent, sentUnit] = /([\d.]+)\s(\S+)\ssent$/.exec(text) ?? [];
  return [bytes(done, unit), bytes(total, unit), bytes(sent, sentUnit)];
}

test("on a slow way a push moves in small steps and counts only what has arrived", { tag: "@one-width" }, async ({ through: page, wire }) => {
  const name = `slow-${stamp()}`;
  const made = dockerArchive([`${name}:v1`], [layer("one", fresh(LAYER_MIB))]);
  await pick(page, made);
  wire.bytesPerSec = MIB;
  const before = wire.sent;
  await push(page, name);
  const numbers = page.locator(".push-numbers");
  await expect(numbers).toContainText("MB");
  const steps = new Set<number>();
  for (const end = Date.now() + ENOUGH_MS; steps.size < STEPS_LEAST; await page.waitForTimeout(LOOK_EVERY_MS)) {
    const [done, total, sent] = numbersOf(await numbers.innerText());
    const arrived = wire.sent - before;
    expect(total).toBeGreaterThan(LAYER_MIB * MIB);
    // Noise is as large when it is sent.
    expect(done).toBeLessThan(arrived + ROUNDED_BYTES);
    expect(sent).toBeLessThan(arrived + ROUNDED_BYTES);
    if (sent > 0) steps.add(sent);
    expect(Date.now(), `${steps.size} steps were seen`).toBeLessThan(end);
  }
  await expect(numbers).toContainText(/\d\s(k|M)B\/s, .+ left/);
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await expectThere(page, name, made);
});

test("where no WebSocket gets through, chunks go by requests", { tag: "@one-width" }, async ({ through: page, wire }) => {
  const name = `requests-${stamp()}`;
  const made = dockerArchive([`${name}:v1`], [layer("one", fresh(LAYER_MIB)), layer("two", fresh(LAYER_MIB))]);
  await pick(page, made);
  wire.refused = "/api/v1/images/chunks";
  let patched = 0;
  page.on("request", (request) => (patched += request.method() === "PATCH" ? 1 : 0));
  await push(page, name);
  await expectThere(page, name, made);
  expect(patched, "chunks").toBeGreaterThan(2);
});
