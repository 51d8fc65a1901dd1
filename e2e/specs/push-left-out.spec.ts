/** Images of which not everything is pushed: said before, and said again when it is done. */

import type { Page } from "@playwright/test";
import { indexArchive, layer, noise } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const fresh = (name: string) => layer(name, noise(200_000, Math.floor(Math.random() * 1e6), 1));

async function pick(page: Page, buffer: Buffer): Promise<void> {
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles({ name: "some.tar", mimeType: "application/x-tar", buffer });
}

async function push(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name in the registry").fill(`image:${name}:v1`);
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Pushed and verified" })).toBeVisible();
}

test("a platform that lacks a layer is left out, and that is said before and after", async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `partly-${stamp()}`;
  const base = { bytes: fresh("base") };
  const { tar, manifests } = indexArchive("v1", [
    { architecture: "amd64", layers: [base, { bytes: fresh("app") }] },
    { architecture: "arm64", layers: [base, { bytes: fresh("gone"), absent: true }] },
  ]);
  await pick(page, tar);
  await expect(page.getByText(/Without linux\/arm64, which cannot be pushed: Something that the image needs is not in the archive/)).toBeVisible();
  await expect(page.getByText("2 layers", { exact: true })).toBeVisible();
  await push(page, name);
  await expect(page.getByText(/Without linux\/arm64, which cannot be pushed/)).toBeVisible();
  await expect(page.getByText("0 of 2 were there already")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page").toBe(true);
  const { digest } = await registry.manifest(`${await registry.home()}${name}`, "v1");
  expect(digest).toBe(manifests[0]);
});

test("a foreign layer stays at its own address, and is counted nowhere", async ({ page }) => {
  const name = `foreign-${stamp()}`;
  const address = "https://layers.example/base";
  const { tar } = indexArchive("v1", [{ architecture: "amd64", layers: [{ bytes: fresh("base"), foreign: [address] }, { bytes: fresh("app") }] }]);
  await pick(page, tar);
  const said = page.getByText(/Without foreign layers, which may not be uploaded: [0-9a-f]{12} \(https:\/\/layers\.example\/base\)/);
  await expect(said).toBeVisible();
  await page.getByText("2 layers", { exact: true }).click();
  await expect(page.getByText("not sent: stays at its own address")).toBeVisible();
  await push(page, name);
  await expect(said).toBeVisible();
  await expect(page.getByText("0 of 1 were there already")).toBeVisible();
});

test("a foreign layer without an address is refused", async ({ page }) => {
  const { tar } = indexArchive("v1", [{ architecture: "amd64", layers: [{ bytes: fresh("base"), foreign: [] }] }]);
  await pick(page, tar);
  await expect(page.getByText("the image gives no address to fetch it from")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: /^Push / })).toBeDisabled();
});
