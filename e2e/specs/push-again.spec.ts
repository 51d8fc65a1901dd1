/** What the push page keeps: of a push that was interrupted, of one that stopped, of files that were dropped beside one. */

import type { Page } from "@playwright/test";
import { dockerArchive, layer, noise, write } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { fresh, MIB, pick, push, stamp, test } from "../support/through.ts";
import { expect } from "../support/world.ts";

const PATIENCE_MS = 60_000;

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });
const start = (page: Page) => page.getByRole("button", { name: "Push", exact: true });
const small = (names: string[], seed: number) => dockerArchive(names, [layer("app", noise(70_000, seed))]);

/** Drops a file on the list of images, reached without leaving the console. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.getByRole("link", { name: "Images" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Images" })).toBeVisible();
  const data = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], name));
      return data;
    },
    [name, bytes.toString("base64")] as const,
  );
  await page.locator("body").dispatchEvent("drop", { dataTransfer: data });
  await expect(page.getByRole("heading", { level: 1, name: "Push images" })).toBeVisible();
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Cancel push" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel push" }).click();
}

test("a file whose push was interrupted comes with its name and compression, and goes on", { tag: "@one-width" }, async ({ through: page, wire }, info) => {
  const [own, mine] = [`own-${stamp()}`, `mine-${stamp()}`];
  // Of the disk: another time is another file.
  const file = await write(info.outputPath("some.tar"), dockerArchive([`${own}:v1`], [layer("one", fresh(24))]).tar);
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles(file);
  await expect(page.getByLabel("Compression")).toHaveValue("gzip");
  await page.getByLabel("Compression").selectOption("zstd");
  await page.getByLabel("Name in the registry").fill(`image:${mine}:v7`);
  wire.bytesPerSec = 2 * MIB;
  await start(page).click();
  await expect(page.getByText(/[1-9]\S*\sMB\ssent/)).toBeVisible({ timeout: PATIENCE_MS });
  const again = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await again.goto("/images/push");
  await again.locator("#push-files").setInputFiles(file);
  const name = again.getByLabel("Name in the registry");
  await expect(name).toHaveValue(`image:${mine}:v7`);
  await expect(again.getByLabel("Compression")).toHaveValue("zstd");
  await expect(again.getByText("it continues where it stopped")).toBeVisible();
  await name.fill(`image:${own}:v1`);
  await expect(again.getByText("anything else begins anew")).toBeVisible();
  await expect(again.getByText("it continues where it stopped")).toBeHidden();
  await name.fill(`image:${mine}:v7`);
  await expect(again.getByText("it continues where it stopped")).toBeVisible();
  await start(again).click();
  await expect(done(again)).toBeVisible({ timeout: PATIENCE_MS });
  const registry = new Registry(again.request);
  expect(await registry.has(`${await registry.home()}${mine}`, "v7")).toBe(true);
});

test("after a push that was refused the files and names are as they were", { tag: "@one-width" }, async ({ through: page }) => {
  const name = `kept-${stamp()}`;
  await pick(page, small([`${name}:v1`], 51));
  await page.getByLabel("Name in the registry").fill(`image:/nobodys/${name}:v1`);
  await start(page).click();
  await page.getByRole("button", { name: "Back to the files" }).click();
  await expect(page.getByRole("region", { name: "some.tar" })).toBeVisible();
  await expect(page.getByLabel("Name in the registry")).toHaveValue(`image:/nobodys/${name}:v1`);
  await push(page, name);
  await expect(done(page)).toBeVisible();
});

test("files that are dropped after a push are there to be pushed", { tag: "@one-width" }, async ({ through: page }) => {
  const [first, second] = [`first-${stamp()}`, `second-${stamp()}`];
  await pick(page, small([`${first}:v1`], 53));
  await start(page).click();
  await expect(done(page)).toBeVisible();
  await drop(page, "second.tar", small([`${second}:v1`], 55).tar);
  await expect(page.getByRole("region", { name: "second.tar" })).toBeVisible();
  await expect(page.getByLabel("Name in the registry")).toHaveValue(`image:${second}:v1`);
});

test("files that are dropped during a push wait for its end, and it says so", { tag: "@one-width" }, async ({ through: page, wire }) => {
  const [first, second] = [`slow-${stamp()}`, `waits-${stamp()}`];
  await pick(page, dockerArchive([`${first}:v1`], [layer("one", fresh(8))]));
  await expect(start(page)).toBeVisible();
  wire.bytesPerSec = MIB / 8;
  await start(page).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("heading", { name: "Paused" })).toBeVisible();
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await drop(page, "waits.tar", small([`${second}:v1`], 57).tar);
  await expect(page.getByText("These files are kept until you choose files again: waits.tar.")).toBeVisible();
  await cancel(page);
  await expect(page.getByRole("region", { name: "waits.tar" })).toBeVisible();
  await expect(page.getByText("These files are kept")).toBeHidden();
});

test("a tag that an earlier try has set is told of after the next one", { tag: "@one-width" }, async ({ through: page }) => {
  const [first, second] = [`set-${stamp()}`, `held-${stamp()}`];
  const home = await new Registry(page.request).home();
  await page.goto("/images/push");
  for (const [name, seed] of [[first, 59], [second, 61]] as const) {
    await page.locator("#push-files").setInputFiles({ name: `${name}.tar`, mimeType: "application/x-tar", buffer: small([`${name}:v1`], seed).tar });
    await expect(page.getByRole("heading", { name: `${name}:v1` })).toBeVisible();
  }
  // As a tab that pushes there holds it.
  await page.evaluate((name) => void navigator.locks.request(name, () => new Promise(() => undefined)), `roadstead push ${home}${second}:v1`);
  await start(page).click();
  await expect(page.getByText(`Pushed and verified before it stopped: ${home}${first}:v1.`)).toBeVisible();
  // The next try gets nowhere.
  await page.context().route(/\/v2\//, () => undefined);
  await page.getByRole("button", { name: "Try again from where it stopped" }).click();
  await cancel(page);
  await expect(page.getByText("It was cancelled.")).toBeVisible();
  await expect(page.getByText(`Pushed and verified before it stopped: ${home}${first}:v1.`)).toBeVisible();
});

test("each further tag of an image is pushed when it is chosen", { tag: "@one-width" }, async ({ through: page }) => {
  const name = `tags-${stamp()}`;
  await pick(page, small([`${name}:1`, `${name}:2`], 63));
  await expect(page.getByRole("checkbox", { name: `Push ${name}:1` })).toBeChecked();
  const second = page.getByRole("checkbox", { name: `Push ${name}:2` });
  await expect(second).not.toBeChecked();
  await second.check();
  await start(page).click();
  await expect(done(page)).toBeVisible();
  const registry = new Registry(page.request);
  const repository = `${await registry.home()}${name}`;
  expect((await registry.manifest(repository, "2")).digest).toBe((await registry.manifest(repository, "1")).digest);
});
