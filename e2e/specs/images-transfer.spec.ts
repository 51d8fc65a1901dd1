import { Registry } from "../support/images.ts";
import { OtherRegistry } from "../support/other-registry.ts";
import { Server } from "../support/server.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("a running job is saved as an image, which then runs", { tag: "@both-hosts" }, async ({ page, verbs, shelf }) => {
  test.setTimeout(240_000);
  const mark = stamp();
  const job = await verbs.runScript("echo kept > /kept.txt; sleep 600", { name: `save-${mark}` });
  await verbs.waitForStatus(job.id, "running");
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("button", { name: "Save as image" }).click();
  const dialog = page.getByRole("dialog");
  const name = dialog.getByLabel("Save as");
  await expect(name).toHaveValue(`image:save-${mark}:saved`);
  await name.fill("Not A Name");
  await expect(dialog.getByText(/will not do|cannot hold/)).toBeVisible();
  await name.fill(`image:saved-${mark}:v1`);
  await expect(dialog.getByText("Free")).toBeVisible();
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible({ timeout: 120_000 });
  await verbs.picture("job-saved");
  await dialog.getByRole("link", { name: `${shelf.project}/saved-${mark}:v1` }).click();
  await expect(page.getByRole("heading", { level: 1, name: `saved-${mark}` })).toBeVisible();
  await verbs.killJob(job.id);

  const again = await verbs.runJob({ image: `image:saved-${mark}:v1`, command: "sh -c 'cat /kept.txt; sleep 1'" });
  await verbs.waitForStatus(again.id, "succeeded");
  await page.goto(`/jobs/${again.id}/logs`);
  await expect(page.getByRole("log").getByText("kept", { exact: true })).toBeVisible();
});

test("a tag that exists is warned of, and a job that ended cannot be saved", async ({ page, verbs, shelf }) => {
  const mark = stamp();
  await shelf.registry.push(`${shelf.project}/taken-${mark}`, ["v1"]);
  const job = await verbs.runningJob();
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("button", { name: "Save as image" }).click();
  await page.getByLabel("Save as").fill(`taken-${mark}:v1`);
  await expect(page.getByText("This tag exists")).toBeVisible();
  await page.keyboard.press("Escape");
  await verbs.killJob(job.id);
  const save = page.getByRole("button", { name: "Save as image" });
  await expect(save).toHaveAttribute("aria-disabled", "true");
  await expect(save).toHaveAttribute("aria-description", /Only a running job/);
});

test("an image is copied from another registry, and what is not there is refused at its field", async ({ browser, viewport }) => {
  test.setTimeout(240_000);
  const other = await OtherRegistry.start();
  const server = await Server.start(["--copy-from-plain-http", other.host]);
  const context = await browser.newContext({ baseURL: server.url, viewport });
  try {
    const page = await context.newPage();
    const away = new Registry(page.request, `http://${other.host}`, "nobody");
    await away.push("tools/fetch", ["v1"], { files: [{ "a.txt": "a" }, { "b.txt": "b".repeat(1 << 20) }] });
    await page.goto(await server.link());
    await page.getByRole("link", { name: "Images" }).click();
    const open = page.getByRole("button", { name: "Copy from a registry" }).first();
    await open.click();
    const dialog = page.getByRole("dialog");
    const from = dialog.getByRole("textbox", { name: "From" });
    await from.fill(`${other.host}/tools/fetch:never`);
    await dialog.getByRole("button", { name: "Copy", exact: true }).click();
    await expect(from).toHaveAttribute("aria-invalid", "true", { timeout: 60_000 });
    await from.fill(`${other.host}/tools/fetch:v1`);
    await expect(dialog.getByLabel("Save as")).toHaveValue("image:fetch:v1");
    await dialog.getByRole("button", { name: "Copy", exact: true }).click();
    await expect(dialog.getByText("Done", { exact: true })).toBeVisible({ timeout: 60_000 });
    await dialog.getByRole("link", { name: /fetch:v1$/ }).click();
    await expect(page.getByText("COPY b.txt /")).toBeVisible();
  } finally {
    await context.close();
    await server.stop();
    await other.stop();
  }
});
