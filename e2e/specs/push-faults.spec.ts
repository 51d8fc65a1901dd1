/** A push through faults: paused, the tab closed, the server killed. In the end the image is the one of a push without faults. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { dockerArchive, layer, noise, write } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { expect, test } from "../support/world.ts";

const MIB = 1024 * 1024;
/** Random moments of a short run; a long one is asked for by the environment. */
const KILLS = Number(process.env.ROADSTEAD_FAULTS ?? 3);

const made = dockerArchive(["faults:v1"], [layer("one", noise(70 * MIB, 21, 1)), layer("two", noise(40 * MIB, 22)), layer("three", noise(9 * MIB, 23))]);
let folder: string;
let file: string;
/** The digest of a push without faults. */
let calm: string;

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });
const chance = (least: number, most: number) => least + Math.random() * (most - least);
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

async function begin(page: Page, name: string): Promise<void> {
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles(file);
  await page.getByLabel("Name in the registry").fill(`image:${name}:v1`);
  await page.getByRole("button", { name: "Push", exact: true }).click();
}

async function expectCalm(page: Page, name: string): Promise<void> {
  const registry = new Registry(page.request);
  const digest = await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
  expect(digest).toBe(calm);
}

test.describe.configure({ mode: "serial", timeout: 300_000 });

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roadstead-push-"));
  file = await write(join(folder, "faults.tar"), made.tar);
});

test.afterAll(async () => rm(folder, { recursive: true, force: true }));

// The moments do not depend on the width.
test.skip(({ viewport }) => (viewport?.width ?? 0) < 1000, "at one width");

test("without faults", async ({ page }) => {
  await begin(page, "calm");
  await expect(done(page)).toBeVisible({ timeout: 120_000 });
  const registry = new Registry(page.request);
  calm = await registry.expectImage(`${await registry.home()}calm`, "v1", made.layers, made.config);
});

test("a push is paused, the console is used meanwhile, and it goes on", async ({ page }) => {
  await begin(page, "paused");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("heading", { name: "Paused" })).toBeVisible();
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.getByRole("link", { name: /^Push: / }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(done(page)).toBeVisible({ timeout: 120_000 });
  await expectCalm(page, "paused");
});

test("the tab is closed at random moments, and another goes on", async ({ context }) => {
  for (let kill = 0; kill < KILLS; kill++) {
    const page = await context.newPage();
    await begin(page, "closed");
    await pause(chance(200, 1500));
    await page.close({ runBeforeUnload: false });
  }
  const page = await context.newPage();
  await begin(page, "closed");
  await expect(done(page)).toBeVisible({ timeout: 120_000 });
  await expectCalm(page, "closed");
});

test("the server is killed at random moments", async ({ page, server }) => {
  await begin(page, "killed");
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(chance(200, 1200));
    await server.kill();
    await pause(chance(100, 600));
    await server.resume();
  }
  await expect(done(page)).toBeVisible({ timeout: 180_000 });
  await expectCalm(page, "killed");
});
