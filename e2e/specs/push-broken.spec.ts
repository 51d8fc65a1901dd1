/** A push in whose midst the page's web workers break: a hand, which compresses and hashes, or the conductor, which has the hands. */

import { dockerArchive, layer } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { expectThere, fresh, MIB, pick, push, stamp, test } from "../support/through.ts";
import { breakWorker } from "../support/workers.ts";
import { expect } from "../support/world.ts";

const PATIENCE_MS = 60_000;

for (const role of ["hand", "conductor"] as const) {
  test(`a ${role} that breaks in mid-push is said, and trying again goes on with fresh workers`, { tag: "@one-width" }, async ({ through: page, wire }) => {
    const name = `broken-${stamp()}`;
    const made = dockerArchive([`${name}:v1`], [layer("one", fresh(24))]);
    await pick(page, made);
    wire.bytesPerSec = 3 * MIB;
    await push(page, name);
    await expect(page.getByText(/(^|\s)([6-9]|\d\d)(\.\d)?\sMB\ssent/)).toBeVisible({ timeout: PATIENCE_MS });
    // A part of it has landed; the rest takes longer than any machine needs to break a worker.
    wire.bytesPerSec = MIB / 16;
    await breakWorker(page, role);
    await expect(page.getByText("The workers of this page broke.")).toBeVisible();
    await expect(page.getByText("No tag was set or changed.")).toBeVisible();
    const registry = new Registry(page.request);
    expect(await registry.has(`${await registry.home()}${name}`, "v1")).toBe(false);
    const before = wire.sent;
    wire.bytesPerSec = Number.POSITIVE_INFINITY;
    await page.getByRole("button", { name: "Try again from where it stopped" }).click();
    await expectThere(page, name, made);
    // Six megabytes had gone through the gateway; some of them may have been on their last way.
    expect(wire.sent - before, "what has landed is not sent again").toBeLessThan(made.tar.length - 2 * MIB);
  });

  test(`a ${role} that breaks between looking into a file and pushing it is replaced unseen`, { tag: "@one-width" }, async ({ through: page }) => {
    const name = `idle-${stamp()}`;
    const made = dockerArchive([`${name}:v1`], [layer("one", fresh(2))]);
    await pick(page, made);
    await expect(page.getByRole("heading", { name: `${name}:v1` })).toBeVisible();
    await breakWorker(page, role);
    await push(page, name);
    await expectThere(page, name, made);
  });
}
