import { tell, UNTIL_TOLD } from "../support/engine.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("a job's transitions appear in the list without reloading", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const name = `live-${stamp()}`;
  await verbs.runJob({ command: "true", name: `first-${stamp()}` });
  await page.goto("/jobs");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const job = await verbs.runScript(`${UNTIL_TOLD}; exit 3`, { name });
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(row.getByText("Running")).toBeVisible();
  await tell(job.id);
  await expect(row.getByText("Failed")).toBeVisible();
});

test("a list whose stream is refused for the many that are open says so", { tag: "@one-width" }, async ({ page }) => {
  const problem = { code: "too_many_streams", message: "m", request_id: "r1" };
  await page.route(/\/api\/v1\/jobs\/events/, (route) => route.fulfill({ status: 429, json: problem }));
  // A handshake that is refused says nothing to the page.
  await page.addInitScript(() => {
    const refused = function (this: { onclose?: (event: CloseEvent) => void; send: () => void; close: () => void }) {
      this.send = this.close = () => {};
      setTimeout(() => this.onclose?.(new CloseEvent("close", { code: 1006 })));
    };
    Object.assign(window, { WebSocket: refused });
  });
  await page.goto("/jobs");
  await expect(page.getByText("Close some tabs")).toBeVisible();
});

test("filters and order live in the address", async ({ page, verbs }) => {
  const mark = stamp();
  const good = await verbs.runJob({ command: "true", name: `good-${mark}`, tags: [`tag-${mark}`] });
  const bad = await verbs.runJob({ command: "false", name: `bad-${mark}` });
  await verbs.waitForStatus(good.id, "succeeded");
  await verbs.waitForStatus(bad.id, "failed");

  await page.goto("/jobs");
  await page.getByRole("searchbox").fill(mark);
  const links = page.getByRole("table", { name: "Jobs" }).getByRole("link");
  await expect(links).toHaveText([`bad-${mark}`, `good-${mark}`]);
  await page.getByRole("button", { name: "Failed", exact: true }).click();
  await expect(links).toHaveText([`bad-${mark}`]);
  expect(new URL(page.url()).searchParams.get("status")).toBe("failed");

  await page.reload();
  await expect(links).toHaveText([`bad-${mark}`]);
  await page.getByRole("button", { name: "Failed", exact: true }).click();
  await expect(links).toHaveCount(2);

  await page.goto(`/jobs?tag=tag-${mark}`);
  await expect(links).toHaveText([`good-${mark}`]);
  await page.getByRole("searchbox").fill("matches-nothing-at-all");
  await expect(page.getByText("No job matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await expect(links.first()).toBeVisible();
});

test("the list can be ordered by a column", async ({ page, verbs, viewport }) => {
  test.skip((viewport?.width ?? 0) < 600, "cards on a phone have no headings");
  const mark = stamp();
  await verbs.runJob({ command: "true", name: `order-b-${mark}` });
  await verbs.runJob({ command: "true", name: `order-a-${mark}` });
  await page.goto(`/jobs?q=${mark}`);
  const links = page.getByRole("table", { name: "Jobs" }).getByRole("link");
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(links).toHaveText([`order-a-${mark}`, `order-b-${mark}`]);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(links).toHaveText([`order-b-${mark}`, `order-a-${mark}`]);
  expect(new URL(page.url()).searchParams.has("sort")).toBe(true);
});

test("several jobs are killed at once, after their list was reviewed", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const mark = stamp();
  const jobs = [await verbs.runningJob({ name: `many-a-${mark}` }), await verbs.runningJob({ name: `many-b-${mark}` })];
  await page.goto(`/jobs?q=${mark}`);
  for (const job of jobs) await page.getByRole("checkbox", { name: `Select ${job.name}` }).check();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Kill selected" }).click();
  const dialog = page.getByRole("dialog", { name: "Kill 2 jobs?" });
  for (const job of jobs) await expect(dialog.getByText(job.id)).toBeVisible();
  await verbs.picture("bulk-kill");
  await dialog.getByRole("button", { name: "Kill", exact: true }).click();
  for (const job of jobs) {
    await expect(page.getByRole("row").filter({ hasText: job.name ?? "" }).getByText("Cancelled")).toBeVisible();
  }
});

test("keys move through the list, select and open", async ({ page, verbs, viewport }) => {
  test.skip((viewport?.width ?? 0) < 600, "a phone has no keyboard");
  const mark = stamp();
  await verbs.runJob({ command: "true", name: `keys-b-${mark}` });
  await verbs.runJob({ command: "true", name: `keys-a-${mark}` });
  await page.goto(`/jobs?q=${mark}`);
  await expect(page.getByRole("link", { name: `keys-a-${mark}` })).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: `keys-a-${mark}` })).toBeFocused();
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: `keys-b-${mark}` })).toBeFocused();
  await page.keyboard.press("x");
  await expect(page.getByRole("checkbox", { name: `Select keys-b-${mark}` })).toBeChecked();
  await page.keyboard.press("k");
  await expect(page.getByRole("link", { name: `keys-a-${mark}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: `keys-a-${mark}` })).toBeVisible();
  await page.keyboard.press("g");
  await expect(page).toHaveURL(/\/jobs$/);
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
});

test("the keyboard help lists the keys and closes with Escape", async ({ page }) => {
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help.getByText("Next / previous job")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
});

test("a list that cannot be fetched for a filter says so, and comes with the next filter or by trying again", { tag: "@one-width" }, async ({ page, verbs }) => {
  const mark = stamp();
  const job = await verbs.runJob({ command: "false", name: `bad-${mark}` });
  await verbs.waitForStatus(job.id, "failed");
  let away = false;
  await page.route(/\/api\/v1\/jobs\?/, async (route) => {
    if (away) return route.abort();
    const answer = await route.fetch();
    // More jobs than are loaded: then the server must look for those of another filter.
    await route.fulfill({ response: answer, json: { ...(await answer.json()), next: "older" } });
  });
  await page.goto(`/jobs?q=${mark}`);
  const [live, row] = [page.getByText("Live", { exact: true }), page.getByRole("link", { name: `bad-${mark}` })];
  await expect(live).toBeVisible();
  const failed = page.getByRole("alert").filter({ hasText: "The list could not be fetched anew" });
  const chip = (status: string) => page.getByRole("button", { name: status, exact: true });

  away = true;
  await chip("Succeeded").click();
  await expect(failed).toBeVisible();
  await expect(live).toBeHidden();
  await expect(page.getByText("No job matches")).toBeHidden();
  await chip("Failed").click();
  await expect(row).toBeVisible();
  await expect(failed).toBeVisible();

  away = false;
  await chip("Succeeded").click();
  await expect(failed).toBeHidden();
  await expect(live).toBeVisible();
  await expect(row).toBeVisible();

  away = true;
  await chip("Failed").click();
  await expect(failed).toBeVisible();
  away = false;
  await failed.getByRole("button", { name: "Try again" }).click();
  await expect(failed).toBeHidden();
  await expect(live).toBeVisible();
});

test("clearing the filters clears the list of tags too", { tag: "@one-width" }, async ({ page, verbs }) => {
  const tag = `tag-${stamp()}`;
  await verbs.runJob({ command: "true", name: `tagged-${stamp()}`, tags: [tag] });
  await page.goto("/jobs");
  const tags = page.getByLabel("Tag", { exact: true });
  await tags.selectOption(tag);
  await expect(page).toHaveURL(new RegExp(`tag=${tag}`));
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await expect(page).toHaveURL(/\/jobs$/);
  await expect(tags).toHaveValue("");
});
