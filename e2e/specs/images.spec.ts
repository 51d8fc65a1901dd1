import { namesIn } from "../support/images.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("images are listed, found by name, and ordered; the address holds it all", { tag: "@both-hosts" }, async ({ page, shelf }) => {
  const mark = stamp();
  await shelf.registry.push(`${shelf.project}/list-${mark}/one`, ["v1"]);
  await shelf.registry.push(`${shelf.project}/list-${mark}/two`, ["v1", "v2", "v3"]);
  await page.goto("/images");
  await page.getByRole("searchbox").fill(mark);
  const links = page.getByRole("table", { name: "Images" }).getByRole("link");
  await expect(links).toHaveText([`list-${mark}/one`, `list-${mark}/two`]);
  await expect(page.getByText("2 images")).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`[?&]q=${mark}(&|$)`));

  await page.goto(`/images?q=${mark}&sort=-name`);
  await expect(links).toHaveText([`list-${mark}/two`, `list-${mark}/one`]);
  await page.getByRole("searchbox").fill("matches-nothing-at-all");
  await expect(page.getByText("No image matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filter" }).click();
  await expect(links.first()).toBeVisible();
});

test("all projects can be looked at, and the choice is in the address", async ({ page, shelf }) => {
  const mark = stamp();
  await shelf.registry.push(`${shelf.project}/scope-${mark}`, ["v1"]);
  await page.goto("/images");
  await page.getByLabel("Project").selectOption({ label: "All that I may see" });
  await expect(page).toHaveURL(/project=\*|project=%2A/);
  await page.getByRole("searchbox").fill(mark);
  await expect(page.getByRole("link", { name: `scope-${mark}` })).toBeVisible();
  await expect(page.getByRole("cell", { name: shelf.project.replaceAll("/", " / ") }).first()).toBeVisible();
});

test("an image's page tells its tags, layers, configuration and who may use it", async ({ page, shelf, verbs }) => {
  const repository = `${shelf.project}/tell/me-${stamp()}`;
  const digest = await shelf.registry.push(repository, ["v1", "stable"], {
    files: [{ "base.txt": "base" }, { "app.txt": "app" }],
    env: ["GREETING=hello"],
    labels: { "org.example.team": "vision" },
  });
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  const card = page.getByRole("region", { name: "v1" });
  await expect(card.getByText(digest)).toBeVisible();
  await expect(card.getByRole("link", { name: "stable" })).toBeVisible();
  await expect(card.getByText(`docker pull `)).toContainText(`${repository}:v1`);
  const panel = page.getByRole("tabpanel");
  await expect(panel.getByText("COPY base.txt /")).toBeVisible();
  await expect(panel.getByText("2 layers")).toBeVisible();
  await verbs.picture("image-layers");

  await page.getByRole("tab", { name: "Configuration" }).click();
  await expect(page).toHaveURL(/view=config/);
  for (const said of ["/bin/start", "--serve", "/srv", "8000/tcp", "hello", "vision"]) {
    await expect(panel.getByText(said, { exact: true }).first()).toBeVisible();
  }
  await page.getByRole("tab", { name: "Commands" }).click();
  await expect(panel.getByText(/^apolo image digest image:/)).toBeVisible();
  await page.getByRole("tab", { name: "Access" }).click();
  await expect(panel.getByRole("rowheader", { name: "admin" }).first()).toBeVisible();
  await expect(panel.getByText("You may: pull, run and download, push and delete, share.")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("tab", { name: "Access" })).toHaveAttribute("aria-selected", "true");
});

test("each platform of an index has layers of its own", async ({ page, shelf }) => {
  const repository = `${shelf.project}/many-${stamp()}`;
  await shelf.registry.pushIndex(repository, "v1", [
    { architecture: "amd64", files: [{ "amd.txt": "1" }] },
    { architecture: "arm64", files: [{ "arm.txt": "2" }] },
  ]);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await expect(page.getByText("COPY amd.txt /")).toBeVisible();
  await page.getByRole("link", { name: /linux\/arm64/ }).click();
  await expect(page.getByText("COPY arm.txt /")).toBeVisible();
  await expect(page.getByText("COPY amd.txt /")).toBeHidden();
  await page.reload();
  await expect(page.getByText("COPY arm.txt /")).toBeVisible();
});

test("an image fills the run form, and jobs that use it are named", async ({ page, shelf, verbs }) => {
  const name = `run-${stamp()}`;
  await shelf.registry.push(`${shelf.project}/${name}`, ["v1"]);
  await page.goto(`/images/${encodeURIComponent(`${shelf.project}/${name}`)}?tag=v1`);
  await page.getByRole("link", { name: "Run a job" }).click();
  await expect(page.getByLabel("Image")).toHaveValue(`image:${name}:v1`);
  await expect(page.getByLabel("Command")).toHaveValue("");
  const job = await verbs.runJob({ image: `image:${name}:v1`, name });
  await page.goto(`/images/${encodeURIComponent(`${shelf.project}/${name}`)}?tag=v1&view=jobs`);
  await expect(page.getByRole("tabpanel").getByRole("link", { name })).toHaveAttribute("href", `/jobs/${job.id}`);
  await verbs.killJob(job.id);
});

test("a tag is deleted after its other names were shown; they stay", { tag: "@both-hosts" }, async ({ page, shelf }) => {
  const repository = `${shelf.project}/del-${stamp()}`;
  await shelf.registry.push(repository, ["v1", "v2", "keep"]);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("radio", { name: /Only the tag v1/ })).toBeChecked();
  await expect(dialog.getByText(/stay, and with them all layers/)).toContainText("keep, v2");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  expect(await shelf.registry.tags(repository)).toHaveLength(3);

  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(/v1: |v1 is deleted/)).toBeVisible();
  await expect.poll(() => shelf.registry.tags(repository)).toEqual(["keep", "v2"]);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await expect(page.getByText("There is no such tag")).toBeVisible();

  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v2`);
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("radio", { name: /The digest with all its tags/ }).check();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect.poll(() => shelf.registry.tags(repository)).toEqual([]);
  await expect(page).toHaveURL(/\/images$/);
});

test("an image whose digest is deleted keeps its page while it has other tags", async ({ page, shelf }) => {
  const repository = `${shelf.project}/part-${stamp()}`;
  const digest = await shelf.registry.push(repository, ["v1"], { files: [{ "one.txt": "1" }] });
  await shelf.registry.push(repository, ["v2"], { files: [{ "two.txt": "2" }] });
  await page.goto(`/images/${encodeURIComponent(repository)}?digest=${encodeURIComponent(digest)}`);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect.poll(() => shelf.registry.tags(repository)).toEqual(["v2"]);
  // On a phone the page then has the list of tags alone.
  await expect(page.getByRole("link", { name: /^v2 / })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/images/[^/?]*${repository.split("/").at(-1)}$`));
});

test("an image is downloaded as a tar of exactly the size that was told", { tag: "@both-hosts" }, async ({ page, shelf }) => {
  const repository = `${shelf.project}/down-${stamp()}`;
  await shelf.registry.push(repository, ["v1"], { files: [{ "a.txt": "a".repeat(100_000) }] });
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await page.getByRole("button", { name: "Download" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: `docker load -i ${repository.split("/").at(-1)}_v1.tar` }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(download.suggestedFilename()).toBe(`${repository.split("/").at(-1)}_v1.tar`);
  const archive = Buffer.concat(chunks);
  const head = await page.request.head(download.url(), { headers: { "X-Roadstead": "1" } });
  expect(archive.length).toBe(Number(head.headers()["content-length"]));
  const names = namesIn(archive);
  for (const name of ["manifest.json", "index.json", "oci-layout"]) expect(names).toContain(name);
  const tail = await page.request.get(download.url(), { headers: { "X-Roadstead": "1", range: "bytes=-512" } });
  expect(tail.status()).toBe(206);
  expect((await tail.body()).equals(archive.subarray(-512))).toBe(true);
});

test("an image that is not there says so, and shows the way back", async ({ page, shelf }) => {
  await page.goto(`/images/${encodeURIComponent(`${shelf.project}/never-was`)}`);
  await expect(page.getByRole("heading", { name: "There is no such image" })).toBeVisible();
  await page.getByRole("link", { name: "All images" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Images" })).toBeVisible();
});

test("who may only read is told why they cannot delete, push or copy", async ({ browser, server, shelf, viewport }) => {
  const name = `r${stamp()}`;
  const project = shelf.project.split("/").at(-1) ?? "";
  await server.addUser(name, project, "reader");
  const repository = `${shelf.project}/read-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(await server.link(name));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  await page.goto(`${server.url}/images/${encodeURIComponent(repository)}?tag=v1`);
  const remove = page.getByRole("button", { name: "Delete" });
  await expect(remove).toHaveAttribute("aria-disabled", "true");
  await expect(remove).toHaveAttribute("aria-description", /right to write/);
  await expect(page.getByRole("link", { name: "Run a job" })).toBeVisible();
  await page.goto(`${server.url}/images?project=${project}`);
  for (const act of ["Push images", "Copy from a registry"]) {
    await expect(page.getByRole("button", { name: act })).toHaveAttribute("aria-disabled", "true");
  }
  // Whatever the page shows, the cluster refuses.
  const refused = await page.request.delete(`${server.url}/api/v1/images/${encodeURIComponent(`${repository}:v1`)}`, { headers: { "X-Roadstead": "1" } });
  expect(refused.status()).toBe(403);
  expect(await shelf.registry.tags(repository)).toEqual(["v1"]);
  await context.close();
});

test("keys move through the list and open an image", async ({ page, shelf, viewport }) => {
  test.skip((viewport?.width ?? 0) < 600, "a phone has no keyboard");
  const mark = stamp();
  await shelf.registry.push(`${shelf.project}/keys-a-${mark}`, ["v1"]);
  await shelf.registry.push(`${shelf.project}/keys-b-${mark}`, ["v1"]);
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.keyboard.press("i");
  await expect(page).toHaveURL(/\/images$/);
  await page.goto(`/images?q=${mark}`);
  await expect(page.getByRole("link", { name: `keys-a-${mark}` })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: `keys-b-${mark}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: `keys-b-${mark}` })).toBeVisible();
});

test("the pages speak Russian", async ({ page, shelf }) => {
  const repository = `${shelf.project}/rus-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await page.goto("/images");
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Образы" })).toBeVisible();
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await expect(page.getByRole("tab", { name: "Слои" })).toBeVisible();
  await page.getByRole("button", { name: "Удалить" }).click();
  await expect(page.getByRole("dialog").getByText("Тег исчезнет.")).toBeVisible();
});
