/**
 * Pushing from a page that came over plain HTTP from another host. Browsers give such pages neither storage nor locks; here the workers
 * of a page from this host lose both, which is the same to them.
 */

import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { dockerArchive, layer, noise } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { expect, test } from "../support/world.ts";

const MISSING = ["storage", "locks"];

/** Opens the page for pushes with workers that lack these. */
async function openWithout(page: Page, names: string[]): Promise<void> {
  await page.goto("/images/push");
  const script = await page.locator("meta[name=archive-worker]").getAttribute("content");
  await page.context().route(`**${script}`, async (route) => {
    const answer = await route.fetch();
    const { "content-encoding": _encoding, "content-length": _length, ...headers } = answer.headers();
    const body = `for (const name of ${JSON.stringify(names)}) delete WorkerNavigator.prototype[name];\n${await answer.text()}`;
    await route.fulfill({ status: answer.status(), headers, body });
  });
  await page.reload();
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  for (const worker of page.workers()) {
    expect(await worker.evaluate((names) => names.filter((name) => name in navigator), names)).toEqual([]);
  }
}

test("where browsers have no storage, plain archives are pushed and compressed ones say what is missing", async ({ page }) => {
  const name = `insecure-${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  const made = dockerArchive([`${name}:v1`], [layer("one", noise(300_000, Math.floor(Math.random() * 1e6), 1))]);
  await openWithout(page, MISSING);
  const pick = (file: string, buffer: Buffer) =>
    page.locator("#push-files").setInputFiles({ name: file, mimeType: "application/x-tar", buffer });
  await pick("packed.tar.gz", gzipSync(made.tar, { level: 1 }));
  await expect(page.getByText("Browsers unpack compressed files only on pages opened by HTTPS or as localhost.")).toBeVisible();
  await page.getByRole("button", { name: "Remove packed.tar.gz" }).click();
  await pick("plain.tar", made.tar);
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Pushed and verified" })).toBeVisible();
  const registry = new Registry(page.request);
  await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
});
