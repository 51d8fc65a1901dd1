/** Archives as the tools write them, pushed from the page; downloads, read by the tools. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { dockerArchive, layer, noise, zstdFrame } from "../support/archives.ts";
import { load } from "../support/engine.ts";
import { Registry } from "../support/registry.ts";
import { Tools } from "../support/tools.ts";
import { expect, test } from "../support/world.ts";

/** Archives of one image of two layers, and of others that share them: docker, podman, buildah and skopeo made them. */
const CORPUS = join(import.meta.dirname, "../../image/tests/corpus");
const stamp = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });

test("archives that docker, podman, buildah and skopeo wrote are pushed, all at once", { tag: "@one-width" }, async ({ page, verbs }) => {
  test.setTimeout(240_000);
  const registry = new Registry(page.request);
  const home = await registry.home();
  const mark = stamp();
  const files = (await readdir(CORPUS)).filter((name) => name.endsWith(".tar"));
  expect(files.length).toBeGreaterThanOrEqual(12);
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles(files.map((name) => join(CORPUS, name)));
  for (const name of files) await expect(page.getByRole("region", { name })).toBeVisible();
  // Three of the files hold two images each; further tags are left alone.
  const images = files.length + 3;
  const names = page.locator('input[id^="push-name"]:visible');
  await expect(names).toHaveCount(images);
  for (let at = 0; at < images; at++) await names.nth(at).fill(`image:tool-${mark}-${at}:v1`);
  await verbs.picture("push-tools");
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(done(page)).toBeVisible({ timeout: 120_000 });
  for (let at = 0; at < images; at++) {
    const { manifest } = await registry.manifest(`${home}tool-${mark}-${at}`, "v1");
    expect(manifest.layers.length, `image ${at}`).toBeGreaterThanOrEqual(2);
    for (const { digest } of manifest.layers) await registry.blob(`${home}tool-${mark}-${at}`, digest);
  }
});

test("a download from an image's page is read by docker, podman, buildah and skopeo", { tag: "@one-width" }, async ({ page }) => {
  test.setTimeout(240_000);
  const registry = new Registry(page.request);
  const name = `read-${stamp()}`;
  const home = await registry.home();
  const made = dockerArchive([`${name}:v1`], [layer("base", noise(2_000_000, 51)), layer("app", noise(70_000, 52))]);
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles({ name: "made.tar", mimeType: "application/x-tar", buffer: made.tar });
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(done(page)).toBeVisible();
  await page.goto(`/images/${encodeURIComponent(home + name)}?tag=v1`);
  const tools = await Tools.begin();
  try {
    for (const form of ["docker", "oci"] as const) {
      await page.getByRole("button", { name: "Download" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: form === "docker" ? /docker load/ : /oci-archive/ }).first().click(),
      ]);
      const file = join(tools.folder, download.suggestedFilename());
      await download.saveAs(file);
      const transport = `${form}-archive:${file}`;
      const inspected = JSON.parse(await tools.run("skopeo", "inspect", "--config", transport)) as { rootfs: { diff_ids: string[] } };
      expect(inspected.rootfs.diff_ids.length, form).toBe(2);
      expect(await tools.run("podman", "load", "-q", "-i", file), form).toContain(name);
      expect((await tools.run("buildah", "pull", "-q", transport)).trim(), form).toMatch(/^[0-9a-f]{64}$/);
      if (form === "docker") expect(await load(await readFile(file), `${new URL(page.url()).host}/${home}${name}:v1`)).toContain(name);
    }
  } finally {
    await tools.end();
  }
});

test("a zstd-compressed archive that is dropped onto the images page is pushed", { tag: "@one-width" }, async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `dropped-${stamp()}`;
  const made = dockerArchive([`${name}:v1`], [layer("base", noise(2_000_000, 53)), layer("app", noise(70_000, 54))]);
  const packed = zstdFrame(made.tar).toString("base64");
  await page.goto("/images");
  await expect(page.getByRole("heading", { level: 1, name: "Images" })).toBeVisible();
  const dropped = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const held = new DataTransfer();
    held.items.add(new File([bytes], "dropped.tar.zst", { type: "application/zstd" }));
    return held;
  }, packed);
  for (const event of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("main", event, { dataTransfer: dropped });
  await expect(page.getByRole("heading", { level: 1, name: "Push images" })).toBeVisible();
  await expect(page.getByText("compressed with zstd")).toBeVisible();
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(done(page)).toBeVisible();
  await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
});
