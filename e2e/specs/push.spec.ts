import type { Page } from "@playwright/test";
import { craneArchive, dockerArchive, layer, noise, ociArchive, type Made } from "../support/archives.ts";
import { Registry } from "../support/registry.ts";
import { expect, test } from "../support/world.ts";

const MIB = 1024 * 1024;
const stamp = () => `${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

async function pick(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator("#push-files").setInputFiles({ name, mimeType: "application/x-tar", buffer });
}

async function openPage(page: Page): Promise<void> {
  await page.goto("/images/push");
  await expect(page.getByRole("heading", { level: 1, name: "Push images" })).toBeVisible();
}

async function push(page: Page, name?: string): Promise<void> {
  if (name) await page.getByLabel("Name in the registry").fill(name);
  await page.getByRole("button", { name: "Push", exact: true }).click();
}

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });

const small = (name: string, seed: number): Made =>
  dockerArchive([name], [layer("base", noise(5 * MIB, seed)), layer("app", noise(300_000, seed + 1)), layer("empty", Buffer.alloc(0))]);

test("an archive of docker save is pushed and is there byte for byte", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const registry = new Registry(page.request);
  const name = `saved-${stamp()}`;
  const made = small(`${name}:v1`, 1);
  await openPage(page);
  await pick(page, "saved.tar", made.tar);
  await expect(page.getByRole("heading", { name: `${name}:v1` })).toBeVisible();
  await expect(page.getByText("linux/amd64")).toBeVisible();
  await expect(page.getByText(/At most .* will be sent/)).toBeVisible();
  await expect(page.getByLabel("Name in the registry")).toHaveValue(`image:${name}:v1`);
  await verbs.picture("push-report");
  await push(page);
  await expect(done(page)).toBeVisible();
  await verbs.picture("push-receipt");
  const repository = `${await registry.home()}${name}`;
  const digest = await registry.expectImage(repository, "v1", made.layers, made.config);
  await expect(page.getByText(digest)).toBeVisible();
});

test("what the registry has is not sent again", { tag: ["@both-hosts", "@one-width"] }, async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `again-${stamp()}`;
  const made = small(`${name}:v1`, 3);
  await openPage(page);
  await pick(page, "again.tar", made.tar);
  await push(page);
  await expect(done(page)).toBeVisible();

  let begun = 0;
  page.on("request", (request) => (begun += request.method() === "POST" && request.url().includes("/blobs/uploads/") ? 1 : 0));
  await page.getByRole("button", { name: "Push more" }).click();
  await pick(page, "again.tar", made.tar);
  await expect(page.getByText("All layers are in the registry already")).toBeVisible();
  await push(page, `image:${name}:v2`);
  await expect(page.getByText("3 of 3 were there already")).toBeVisible();
  const repository = `${await registry.home()}${name}`;
  expect((await registry.manifest(repository, "v2")).digest).toBe((await registry.manifest(repository, "v1")).digest);
  expect(begun, "uploads").toBe(0);
});

test("an OCI layout keeps its digest", { tag: "@one-width" }, async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `layout-${stamp()}`;
  const made = ociArchive("v3", [layer("base", noise(2 * MIB, 5)), layer("app", noise(70_000, 6))]);
  await openPage(page);
  await pick(page, "layout.tar", made.tar);
  await push(page, `image:${name}:v3`);
  await expect(done(page)).toBeVisible();
  const repository = `${await registry.home()}${name}`;
  expect(await registry.expectImage(repository, "v3", made.layers, made.config)).toBe(made.digest);
});

test("a compressed archive is unpacked and pushed", { tag: "@one-width" }, async ({ page }) => {
  const { gzipSync } = await import("node:zlib");
  const registry = new Registry(page.request);
  const name = `packed-${stamp()}`;
  const made = small(`${name}:v1`, 7);
  await openPage(page);
  await pick(page, "packed.tar.gz", gzipSync(made.tar, { level: 1 }));
  await expect(page.getByText("compressed with gzip")).toBeVisible();
  await push(page);
  await expect(done(page)).toBeVisible();
  await registry.expectImage(`${await registry.home()}${name}`, "v1", made.layers, made.config);
});

test("a changed byte in a layer is found, and no tag is set", { tag: "@one-width" }, async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `damaged-${stamp()}`;
  const { tar } = small(`${name}:v1`, 9);
  tar[3 * MIB] = (tar[3 * MIB] ?? 0) ^ 1;
  await openPage(page);
  await pick(page, "damaged.tar", tar);
  await push(page);
  await expect(page.getByText("A layer's bytes are not what the image says")).toBeVisible();
  await expect(page.getByText("No tag was set or changed.")).toBeVisible();
  expect(await registry.has(`${await registry.home()}${name}`, "v1")).toBe(false);
});

test("layers that another tool has compressed are pushed as they are, and unpacked to see what they hold", { tag: "@one-width" }, async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `crane-${stamp()}`;
  const layers = [layer("base", noise(3 * MIB, 27)), layer("app", noise(100_000, 28))];
  const [good, bad] = [craneArchive([`${name}:v1`], layers), craneArchive([`${name}:v2`], layers, [layer("base", noise(3 * MIB, 29)), ...layers.slice(1)])];
  const home = await registry.home();
  await openPage(page);
  await pick(page, "bad.tar", bad.tar);
  await push(page);
  await expect(page.getByText("A layer's bytes are not what the image says")).toBeVisible();
  await page.getByRole("button", { name: "Back to the files" }).click();
  await page.getByRole("button", { name: "Remove bad.tar" }).click();
  await pick(page, "good.tar", good.tar);
  await push(page);
  await expect(done(page)).toBeVisible();
  await registry.expectImage(`${home}${name}`, "v1", good.layers, good.config);
  expect(await registry.has(`${home}${name}`, "v2")).toBe(false);
});

test("files that cannot be pushed say why", async ({ page }) => {
  const { tar } = small("x:v1", 11);
  await openPage(page);
  for (const [name, bytes, said] of [
    ["cut.tar", tar.subarray(0, 4 * MIB), "The archive is cut off."],
    ["shell.tar", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("manifest.json", "utf16le")]), "PowerShell's > does that"],
    ["photo.tar", Buffer.from("PK\u0003\u0004 and so on"), "This is no image archive."],
    ["empty.tar", Buffer.alloc(0), "This is no image archive."],
  ] as const) {
    await pick(page, name, bytes);
    const file = page.getByRole("region", { name });
    await expect(file.getByText(said)).toBeVisible();
    await file.getByRole("button", { name: `Remove ${name}` }).click();
  }
  await expect(page.getByRole("button", { name: "Push", exact: true })).toHaveCount(0);
});

test("a name is judged as it is typed", async ({ page }) => {
  await openPage(page);
  await pick(page, "named.tar", small("named:v1", 13).tar);
  const name = page.getByLabel("Name in the registry");
  for (const [typed, said] of [
    ["", "Name the image"],
    ["image:Upper:v1", "lower-case"],
    ["image:x:-bad", "is not a tag"],
    ["docker.io/library/x:v1", "another registry"],
    [`image:x@sha256:${"0".repeat(64)}`, "A new image gets a tag"],
    ["image://away/acme/vision/x:v1", "That names another cluster"],
  ] as const) {
    await name.fill(typed);
    await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByRole("button", { name: "Push", exact: true })).toHaveAttribute("aria-disabled", "true");
  }
  for (const typed of ["image:good:v1", "good:v1"]) {
    await name.fill(typed);
    await expect(page.getByText(/Goes to image:\/\/.*\/good:v1/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Push", exact: true })).not.toHaveAttribute("aria-disabled", "true");
  }
});

test("a tag that exists is told of before it is replaced", async ({ page }) => {
  const registry = new Registry(page.request);
  const name = `replaced-${stamp()}`;
  const repository = `${await registry.home()}${name}`;
  await openPage(page);
  await pick(page, "old.tar", small(`${name}:v1`, 31).tar);
  await push(page);
  await expect(done(page)).toBeVisible();
  const { digest } = await registry.manifest(repository, "v1");
  await page.getByRole("button", { name: "Push more" }).click();
  await pick(page, "new.tar", small(`${name}:v1`, 33).tar);
  await expect(page.getByText(/This tag exists and will be replaced: it now stands for/)).toContainText(digest.slice(0, 19));
  await push(page);
  await expect(done(page)).toBeVisible();
  expect((await registry.manifest(repository, "v1")).digest).not.toBe(digest);
});

test("of two images the first is told to be there when the second is refused", async ({ page, verbs }) => {
  const registry = new Registry(page.request);
  const [first, second] = [`first-${stamp()}`, `second-${stamp()}`];
  const home = await registry.home();
  await openPage(page);
  for (const [name, seed] of [[first, 19], [second, 21]] as const) await pick(page, `${name}.tar`, small(`${name}:v1`, seed).tar);
  await expect(page.getByLabel("Name in the registry")).toHaveCount(2);
  // As a tab that pushes there holds it.
  await page.evaluate((name) => void navigator.locks.request(name, () => new Promise(() => undefined)), `roadstead push ${home}${second}:v1`);
  await push(page);
  await expect(page.getByText("Another tab is pushing to this tag.")).toBeVisible();
  await expect(page.getByText(`Pushed and verified before it stopped: ${home}${first}:v1.`)).toBeVisible();
  await expect(page.getByText("No tag was set or changed.")).toBeHidden();
  await verbs.picture("push-half");
  expect([await registry.has(`${home}${first}`, "v1"), await registry.has(`${home}${second}`, "v1")]).toEqual([true, false]);
});

test("a push that is cancelled while its tag is being set says that it may be set", { tag: "@one-width" }, async ({ page, context }) => {
  const name = `perhaps-${stamp()}`;
  let heard = 0;
  await context.route(/\/v2\/.*\/manifests\/v1$/, async (route) => {
    if (route.request().method() !== "PUT") return route.continue();
    heard += 1;
    expect((await route.fetch()).status()).toBe(201);
    await route.abort();
  });
  await openPage(page);
  await pick(page, "perhaps.tar", small(`${name}:v1`, 23).tar);
  await push(page);
  await expect.poll(() => heard).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Cancel push" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel push" }).click();
  await expect(page.getByText("It was cancelled.")).toBeVisible();
  await expect(page.getByText(new RegExp(`May have been set: .*${name}:v1`))).toBeVisible();
  await page.getByRole("button", { name: "Back to the files" }).click();
  await expect(page.getByRole("heading", { name: "Interrupted" })).toBeHidden();
});

test("a push that ends while one is asked whether to cancel it has ended", { tag: "@one-width" }, async ({ page, context }) => {
  const name = `ended-${stamp()}`;
  let letGo = () => {};
  const asked = new Promise<void>((resolve) => (letGo = resolve));
  await context.route(/\/v2\/.*\/manifests\/v1$/, async (route) => {
    if (route.request().method() === "PUT") await asked;
    return route.continue();
  });
  await openPage(page);
  await pick(page, "ended.tar", small(`${name}:v1`, 25).tar);
  await push(page);
  await page.getByRole("button", { name: "Cancel push" }).click();
  letGo();
  await expect(page.getByText("Pushed and verified")).toBeAttached();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel push" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByText("Nothing was done: what this was about has changed meanwhile.")).toBeVisible();
  await expect(done(page)).toBeVisible();
});

test("a project that does not exist is named, and nothing is called done", async ({ page }) => {
  await openPage(page);
  await pick(page, "refused.tar", small("refused:v1", 15).tar);
  await push(page, "image:/nobodys/refused:v1");
  await expect(page.getByRole("alert")).toContainText(/there is no project .*nobodys/);
  await expect(page.getByText("No tag was set or changed.")).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveAttribute("value", "0");
});

test("pushing without the right to write is refused clearly", async ({ browser, server, shelf, viewport }) => {
  const name = `reader-${stamp()}`;
  const project = shelf.project.split("/").at(-1) as string;
  await server.addUser(name, project, "reader");
  const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] }, viewport });
  const page = await context.newPage();
  await page.goto(await server.link(name));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  await openPage(page);
  await pick(page, "refused.tar", small("refused:v1", 15).tar);
  await push(page, `image:refused-${stamp()}:v1`);
  await expect(page.getByText("You may not push there.")).toBeVisible();
  await context.close();
});

test("the page is accessible before, during and after a push", async ({ page, verbs }) => {
  const made = small(`axe-${stamp()}:v1`, 17);
  await openPage(page);
  await verbs.expectAccessible();
  await pick(page, "axe.tar", made.tar);
  await expect(page.getByRole("button", { name: "Push", exact: true })).toBeVisible();
  await verbs.expectAccessible();
  await push(page);
  await expect(done(page)).toBeVisible();
  await verbs.expectAccessible();
});
