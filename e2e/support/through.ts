/** Pushing through a wire that can be narrowed and cut. */

import type { Page } from "@playwright/test";
import { noise, type Made } from "./archives.ts";
import { Registry } from "./registry.ts";
import { Wire } from "./wire.ts";
import { expect, test as base } from "./world.ts";

export const MIB = 1024 * 1024;

export const stamp = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

export const test = base.extend<{ wire: Wire; through: Page }>({
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
export const fresh = (mib: number) => noise(mib * MIB, Math.floor(Math.random() * 1e6), 1);

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });

export async function pick(page: Page, made: Made): Promise<void> {
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles({ name: "some.tar", mimeType: "application/x-tar", buffer: made.tar });
}

export async function push(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name in the registry").fill(`image:${name}:v1`);
  await page.getByRole("button", { name: "Push", exact: true }).click();
}

export async function expectThere(page: Page, name: string, made: Made): Promise<void> {
  await expect(done(page)).toBeVisible();
  const registry = new Registry(page.request);
  await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
}
