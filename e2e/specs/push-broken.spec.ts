/** A push in whose midst the page's web workers break: a hand, which compresses and hashes, or the conductor, which has the hands. */

import type { Page } from "@playwright/test";
import { dockerArchive, layer, noise, type Made } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { breakWorker } from "../support/workers.ts";
import { Wire } from "../support/wire.ts";
import { expect, test as base } from "../support/world.ts";

const MIB = 1024 * 1024;
const PATIENCE_MS = 60_000;
const stamp = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

const test = base.extend<{ wire: Wire; through: Page }>({
  wire: async ({ server }, use) => {
    const wire = await Wire.to(server.url);
    await use(wire);
    await wire.close();
  },
  /** A page whose way to the server is the wire. */
  through: async ({ browser, server, wire, viewport }, use) => {
    const context = await browser.newContext({ baseURL: wire.url, storageState: { cookies: [], origins: [] }, viewport });
    const page = await context.newPage();
    await page.goto((await server.link()).replace(server.url, wire.url));
    await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
    await use(page);
    await context.close();
  },
});

/** Bytes that no registry has yet, so that they must be sent. */
const fresh = (mib: number) => noise(mib * MIB, Math.floor(Math.random() * 1e6), 1);

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });

async function pick(page: Page, made: Made): Promise<void> {
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles({ name: "some.tar", mimeType: "application/x-tar", buffer: made.tar });
}

async function push(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name in the registry").fill(`image:${name}:v1`);
  await page.getByRole("button", { name: "Push", exact: true }).click();
}

async function expectThere(page: Page, name: string, made: Made): Promise<void> {
  await expect(done(page)).toBeVisible();
  const registry = new Registry(page.request);
  await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
}

for (const role of ["hand", "conductor"] as const) {
  test(`a ${role} that breaks in mid-push is said, and trying again goes on with fresh workers`, async ({ through: page, wire }) => {
    const name = `broken-${stamp()}`;
    const made = dockerArchive([`${name}:v1`], [layer("one", fresh(24))]);
    await pick(page, made);
    wire.bytesPerSec = 3 * MIB;
    await push(page, name);
    await expect(page.getByText(/[1-9]\S*\sMB\ssent/)).toBeVisible({ timeout: PATIENCE_MS });
    // A part of it has landed; the rest takes longer than any machine needs to break a worker.
    wire.bytesPerSec = MIB / 16;
    await breakWorker(page, role);
    await expect(page.getByText("The workers of this page broke.")).toBeVisible();
    await expect(page.getByText("No tag was set or changed.")).toBeVisible();
    const registry = new Registry(page.request);
    expect(await registry.has(`${await registry.home()}${name}`, "v1")).toBe(false);
    const ranges: string[] = [];
    page.on("request", (request) => request.method() === "PATCH" && ranges.push(request.headers()["content-range"] ?? ""));
    wire.bytesPerSec = Number.POSITIVE_INFINITY;
    await page.getByRole("button", { name: "Try again from where it stopped" }).click();
    await expectThere(page, name, made);
    expect(ranges[0], "what has landed is not sent again").toMatch(/^[1-9]\d{6,}-/);
  });

  test(`a ${role} that breaks between looking into a file and pushing it is replaced unseen`, async ({ through: page }) => {
    const name = `idle-${stamp()}`;
    const made = dockerArchive([`${name}:v1`], [layer("one", fresh(2))]);
    await pick(page, made);
    await expect(page.getByRole("heading", { name: `${name}:v1` })).toBeVisible();
    await breakWorker(page, role);
    await push(page, name);
    await expectThere(page, name, made);
  });
}
