import { readFile } from "node:fs/promises";
import type { APIRequestContext, Browser, Page } from "@playwright/test";
import type { Server } from "../support/server.ts";
import { largeAudit } from "../support/audit.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

/** Grants as the command line makes them. */
async function grant(request: APIRequestContext, server: Server, who: string, uri: string, action: string): Promise<void> {
  const headers = { authorization: `Bearer ${await server.token()}` };
  const answer = await request.post(`${server.platform}/api/v1/users/${who}/permissions`, { headers, data: [{ uri, action }] });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** A page of another user. */
async function pageOf(browser: Browser, server: Server, who: string, viewport: { width: number; height: number } | null): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, viewport, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto(await server.link(who));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  return page;
}

const isPhone = (page: Page) => (page.viewportSize()?.width ?? 0) < 768;

/** An image that two others have been let in to, by names that nobody else has. */
async function shared(page: Page, server: Server, shelf: { registry: { push: (repository: string, tags: string[]) => Promise<string> }; project: string }) {
  const mark = stamp();
  const repository = `${shelf.project}/audit-${mark}`;
  await shelf.registry.push(repository, ["v1"]);
  const names = { reader: `rita-${mark}`, manager: `max-${mark}` };
  const project = shelf.project.split("/").at(-1) ?? "";
  await server.addUser(names.reader, project, "reader");
  await server.addUser(names.manager, project, "reader");
  const uri = `image://default/${repository}`;
  await grant(page.request, server, names.manager, uri, "manage");
  return { mark, repository, uri, ...names };
}

test("an administrator finds a right in the matrix, and the chain it comes from", { tag: "@both-hosts" }, async ({ page, server, shelf }) => {
  test.skip(isPhone(page), "a phone has a list instead");
  const { mark, uri, manager, reader } = await shared(page, server, shelf);
  await page.goto("/audit");
  await expect(page.getByText("The whole cluster")).toBeVisible();
  await page.getByRole("searchbox", { name: "Part of the image's path" }).fill(`audit-${mark}`);
  await expect(page).toHaveURL(new RegExp(`image=audit-${mark}`));
  const grid = page.getByRole("grid", { name: "Images and who can reach them" });
  await expect(grid.getByRole("rowheader")).toHaveCount(1);
  await expect(grid.getByRole("gridcell", { name: new RegExp(`^manage, ${manager} on`) })).toHaveText("M");
  await expect(grid.getByRole("gridcell", { name: new RegExp(`^read, ${reader} on`) })).toHaveText("R");

  await page.getByRole("searchbox", { name: /user's or role's name/ }).fill(manager);
  await expect(grid.getByRole("columnheader")).toHaveCount(2);
  await grid.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: `Why ${manager} can manage` })).toBeVisible();
  await expect(dialog.getByText(`granted manage on ${uri}`)).toBeVisible();
  await expect(dialog.getByText("by admin")).toBeVisible();
  await expect(dialog.getByText(/reader of the project/)).toBeVisible();
  // The cell is in the address.
  await page.reload();
  await expect(dialog.getByText(`granted manage on ${uri}`)).toBeVisible();
  await dialog.getByRole("link", { name: "What can they reach?" }).click();
  await expect(page.getByRole("heading", { name: `What ${manager} can reach` })).toBeVisible();
  await expect(page.getByRole("table", { name: "What can they reach?" }).getByRole("link", { name: new RegExp(mark) })).toBeVisible();
});

test("who can reach an image is told from its page", async ({ page, server, shelf }) => {
  const { repository, manager, reader } = await shared(page, server, shelf);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1&view=access`);
  await page.getByRole("tabpanel").getByRole("link", { name: "Who can reach this image?" }).click();
  const table = page.getByRole("table", { name: "Who can reach this image?" });
  await expect(table.getByRole("row").filter({ hasText: manager })).toContainText("manage");
  await expect(table.getByRole("row").filter({ hasText: reader })).toContainText("reader of the project");
  await table.getByRole("button", { name: new RegExp(`${manager} on`) }).click();
  await expect(page.getByRole("dialog").getByText("This decides")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("filters stand in the address and narrow what is shown", async ({ page, server, shelf }) => {
  const { mark, manager, reader } = await shared(page, server, shelf);
  await page.goto(`/audit/grants?who=${mark}`);
  const table = page.getByRole("table", { name: "Grants on images and of roles" });
  await expect(table.getByRole("link", { name: manager })).toBeVisible();
  await expect(table.getByRole("link", { name: reader })).toHaveCount(0);
  await page.getByRole("button", { name: "Whole cluster" }).click();
  await expect(page).toHaveURL(/everywhere=1/);
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Whole cluster" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(/\/audit\/grants$/);
  await expect(table).toBeVisible();
  // The image was pushed and never pulled.
  await page.goto(`/audit?image=audit-${mark}&unused=1`);
  await expect(page.getByText("1 image", { exact: false }).first()).toBeVisible();
});

test("grants are taken back from a list that was read, and history says who did it", async ({ page, server, shelf }) => {
  const { uri, manager, reader } = await shared(page, server, shelf);
  await grant(page.request, server, reader, uri, "write");
  await page.goto(`/audit/grants?uri=${encodeURIComponent(uri)}`);
  for (const who of [manager, reader]) await page.getByRole("checkbox", { name: `Select the grant of ${who} on ${uri}` }).check();
  await page.getByRole("button", { name: "Revoke 2 grants" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("2 rights on images are lost or become less by 2 users.")).toBeVisible();
  await expect(dialog.getByText("All are revoked, or none.")).toBeVisible();
  await dialog.getByRole("button", { name: "Revoke 2 grants" }).click();
  await expect(dialog.getByText("2 grants were revoked.")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("checkbox", { name: new RegExp(uri) })).toHaveCount(0);

  await page.goto(`/audit/history?principal=${manager}&kind=grant`);
  const rows = page.getByRole("table", { name: "Changes of rights" }).getByRole("row");
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText("admin");
  await expect(rows.nth(1)).toContainText("manage → becamenothing");
  await expect(rows.nth(2)).toContainText("nothing → becamemanage");
});

test("a grant that somebody changed meanwhile is told row by row, and nothing is revoked", async ({ page, server, shelf }) => {
  const { uri, manager, reader } = await shared(page, server, shelf);
  await grant(page.request, server, reader, uri, "read");
  await page.goto(`/audit/grants?uri=${encodeURIComponent(uri)}`);
  for (const who of [manager, reader]) await page.getByRole("checkbox", { name: `Select the grant of ${who} on ${uri}` }).check();
  await page.getByRole("button", { name: "Revoke 2 grants" }).click();
  await grant(page.request, server, reader, uri, "write");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Revoke 2 grants" }).click();
  await expect(dialog.getByText("Nothing was revoked.")).toBeVisible();
  const row = (who: string) => dialog.getByRole("listitem").filter({ hasText: who });
  await expect(row(reader)).toContainText("changed meanwhile");
  await expect(row(reader)).toContainText("is granted write");
  await expect(row(manager)).toContainText("left as it is");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("checkbox", { name: `Select the grant of ${manager} on ${uri}` })).toBeVisible();
});

test("what is about to be revoked stays open and as it was while newer facts come behind it", async ({ page, server, shelf }) => {
  const { uri, manager } = await shared(page, server, shelf);
  await page.goto(`/audit/grants?uri=${encodeURIComponent(uri)}`);
  await page.getByRole("checkbox", { name: `Select the grant of ${manager} on ${uri}` }).check();
  let come = () => {};
  const held = new Promise<void>((done) => (come = done));
  await page.route(/\/api\/v1\/audit(\?|$)/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("button", { name: "Revoke 1 grant" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(manager)).toBeVisible();
  come();
  // The newer list is there: in it nothing is chosen.
  await expect(page.locator(".audit-grants input:checked")).toHaveCount(0);
  await expect(dialog.getByText(manager)).toBeVisible();
  await dialog.getByRole("button", { name: "Revoke 1 grant" }).click();
  await expect(dialog.getByText("1 grant was revoked.")).toBeVisible();
});

test("two moments are compared: the grant that came, and the right that follows", async ({ page, server, shelf }) => {
  const { uri, manager, repository } = await shared(page, server, shelf);
  await page.goto("/audit/compare");
  await expect(page.getByText("Choose the earlier moment.")).toBeVisible();
  await page.getByLabel("From").fill("2026-01-01T00:00");
  const facts = page.getByRole("region", { name: /Grants, places and roles/ }).or(page.locator("section").filter({ hasText: "Grants, places and roles" }));
  await expect(facts.getByRole("listitem").filter({ hasText: uri }).filter({ hasText: manager })).toContainText("manage");
  const rights = page.locator("section").filter({ hasText: "Rights on images" });
  await expect(rights.getByRole("listitem").filter({ hasText: repository }).filter({ hasText: manager })).toContainText("manage");
  await page.getByLabel("From").fill("2999-01-01T00:00");
  await expect(page.getByText("This moment lies in the future.")).toBeVisible();
});

test("rights are exported as files that hold what the filters show", { tag: "@both-hosts" }, async ({ page, server, shelf }) => {
  const { mark, uri, manager } = await shared(page, server, shelf);
  await page.goto(`/audit?image=audit-${mark}&manage=1&who=${manager}`);
  await page.getByRole("button", { name: "Export" }).click();
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /Rights as CSV/ }).click()]);
  expect(csv.suggestedFilename()).toMatch(/^audit-rights-default-\d{4}-\d\d-\d\d\.csv$/);
  const rows = (await readFile(await csv.path(), "utf8")).split("\r\n");
  expect(rows).toHaveLength(3);
  expect(rows[1]).toContain(`${uri},${manager},user,manage`);
  await page.getByRole("button", { name: "Export" }).click();
  const [json] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /Rights as JSON/ }).click()]);
  const [right] = JSON.parse(await readFile(await json.path(), "utf8"));
  expect(right).toMatchObject({ image: uri, principal: manager, right: "manage", given_by: "admin" });
});

test("an owner audits the own image and nobody else's, and takes back what they gave", async ({ browser, page, server, shelf, viewport }) => {
  const { uri, manager, reader, mark } = await shared(page, server, shelf);
  await grant(page.request, server, reader, uri, "write");
  const other = `${shelf.project}/other-${mark}`;
  await shelf.registry.push(other, ["v1"]);
  await grant(page.request, server, reader, `image://default/${other}`, "manage");
  const owner = await pageOf(browser, server, manager, viewport);
  await owner.goto(`/audit/grants?uri=${encodeURIComponent(uri)}`);
  await expect(owner.getByText("What you manage and have")).toBeVisible();
  await owner.getByRole("checkbox", { name: `Select the grant of ${reader} on ${uri}` }).check();
  await owner.getByRole("button", { name: "Revoke 1 grant" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Revoke 1 grant" }).click();
  await expect(owner.getByRole("dialog").getByText("1 grant was revoked.")).toBeVisible();
  await owner.goto(`/audit?uri=${encodeURIComponent(`image://default/${other}`)}`);
  const table = owner.getByRole("table", { name: "Who can reach this image?" });
  await expect(table.getByRole("row").filter({ hasText: manager })).toContainText("read");
  // Who is in the project reaches both; what was granted on the other image is not the owner's business.
  await expect(table.getByRole("row").filter({ hasText: reader })).toContainText("reader of the project");
  await owner.context().close();
});

test("a cluster without history and bulk facts says so, and what it does not know", async ({ page, shelf }) => {
  const uri = `image://default/${shelf.project}/n`;
  const lines = [
    { type: "progress", step: "people", done: 1, total: 2 },
    { type: "images", items: [{ uri, repository: `${shelf.project}/n` }] },
    { type: "grants", items: [{ principal: "=1+1", uri, action: "read" }, { principal: "b\u043eb", uri, action: "write" }] },
    { type: "done", cluster: "default", whole: true, gathered_at: new Date().toISOString(), gaps: ["people", "places", "pulls"], capability: { history: false, atomic: false } },
  ];
  await page.route("**/api/v1/audit", (route) =>
    route.fulfill({ contentType: "application/x-ndjson", body: lines.map((line) => `${JSON.stringify(line)}\n`).join("") }),
  );
  await page.route("**/api/v1/audit/history*", (route) =>
    route.fulfill({ status: 501, json: { code: "not_supported", message: "No history.", request_id: "r" } }),
  );
  await page.goto(`/audit?uri=${encodeURIComponent(uri)}`);
  await expect(page.getByText("This audit does not know everything:")).toBeVisible();
  await expect(page.getByRole("link", { name: "=1+1" })).toBeVisible();
  await expect(page.getByRole("link", { name: "b\u043eb" })).toBeVisible();
  await page.getByRole("tab", { name: "History" }).click();
  await expect(page.getByText("This cluster keeps no history")).toBeVisible();
});

test("a history whose filter is not understood is not exported as if there were none", { tag: "@one-width" }, async ({ page }) => {
  await page.goto("/audit/history?uri=nonsense");
  await page.getByRole("button", { name: "Export" }).click();
  const file = page.getByRole("menuitem", { name: "History as CSV" });
  await expect(file).toContainText("This is no URI.");
  await expect(file).toBeDisabled();
  await expect(file).not.toHaveAttribute("href");
  await page.keyboard.press("Escape");
  await page.getByLabel("On this URI and below").fill("image://default");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Export" }).click();
  await expect(file).toHaveAttribute("href", /uri=image/);
});

test.describe("for a reader in Tokyo", () => {
  test.use({ timezoneId: "Asia/Tokyo" });

  test("moments stand in the address in UTC and in fields by the reader's clock", { tag: "@one-width" }, async ({ page }) => {
    await page.goto("/audit/history");
    const since = page.locator("#history-since");
    const asked = page.waitForRequest((request) => new URL(request.url()).searchParams.get("since") === "2026-01-01T01:00:00Z");
    await since.fill("2026-01-01T10:00");
    await page.keyboard.press("Tab");
    await asked;
    await expect.poll(() => new URL(page.url()).searchParams.get("since")).toBe("2026-01-01T01:00:00Z");
    await page.reload();
    await expect(since).toHaveValue("2026-01-01T10:00");

    await page.goto("/audit/compare?from=2026-01-01T01:00:00Z");
    await expect(page.locator("#compare-from")).toHaveValue("2026-01-01T10:00");
  });
});

test("a failure on the way is said and tried again", async ({ page }) => {
  let calls = 0;
  await page.route("**/api/v1/audit", (route) => {
    calls += 1;
    const failed = { type: "failed", problem: { code: "unavailable", message: "Away.", request_id: "r" } };
    return calls === 1 ? route.fulfill({ contentType: "application/x-ndjson", body: `${JSON.stringify(failed)}\n` }) : route.continue();
  });
  await page.goto("/audit");
  await expect(page.getByRole("heading", { name: "The audit cannot be shown" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("The whole cluster")).toBeVisible();
});

test("two thousand images and five hundred people stay fluid", async ({ page }) => {
  test.setTimeout(180_000);
  const body = largeAudit();
  await page.route("**/api/v1/audit", (route) => route.fulfill({ contentType: "application/x-ndjson", body }));
  await page.goto("/audit?roles=1");
  if (isPhone(page)) {
    await expect(page.getByText("2,000 images")).toBeVisible();
    expect(await page.getByRole("listitem").count()).toBeLessThan(80);
    return;
  }
  const grid = page.getByRole("grid");
  await expect(page.getByText("2,000 images × 500 users and roles")).toBeVisible({ timeout: 60_000 });
  await expect(grid).toHaveAttribute("aria-rowcount", "2001");
  expect(await grid.getByRole("gridcell").count()).toBeLessThan(4_000);
  await grid.focus();
  await page.keyboard.press("Control+End");
  const last = grid.getByRole("rowheader", { name: /image-1999/ });
  await expect(last).toBeVisible();
  await expect(grid.getByRole("columnheader", { name: "user-499" })).toBeVisible();
  const active = await grid.getAttribute("aria-activedescendant");
  await expect(page.locator(`#${active}`)).toBeVisible();
});
