/** Links to a job's status: the owner, a colleague, an administrator, and a visitor on a phone who has no account. */

import { type Browser, type BrowserContext, type Page } from "@playwright/test";
import { expect, test } from "../support/world.ts";
import { type Server } from "../support/server.ts";
import { Verbs } from "../support/verbs.ts";

const PHONE = { width: 390, height: 844 };
const stamp = () => Date.now().toString(36);

async function signIn(browser: Browser, server: Server, user: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] }, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.goto(await server.link(user));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  return page;
}

/** Somebody who is nobody here, and what their browser was sent. */
class Visitor {
  readonly heard: string[] = [];
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async arrive(browser: Browser, server: Server): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] }, viewport: PHONE, hasTouch: true });
    const visitor = new Visitor(context, await context.newPage());
    visitor.page.on("response", async (answer) => {
      const kind = answer.headers()["content-type"] ?? "";
      if (/json|html|svg/.test(kind)) visitor.heard.push(`${answer.url()} ${JSON.stringify(answer.headers())} ${await answer.text().catch(() => "")}`);
    });
    visitor.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => visitor.heard.push(payload.toString())));
    return visitor;
  }
}

/** Opens the dialog and makes a link; its address. */
async function share(page: Page, job: string, choose: (dialog: ReturnType<Page["getByRole"]>) => Promise<void> = async () => {}): Promise<string> {
  await page.goto(`/jobs/${job}`);
  await page.getByRole("button", { name: "More" }).first().click();
  await page.getByRole("menuitem", { name: "Share status link" }).click();
  const dialog = page.getByRole("dialog", { name: /Share the status of/ });
  await choose(dialog);
  await dialog.getByRole("button", { name: "Make a link" }).click();
  await expect(dialog.getByText("The link is ready.")).toBeVisible();
  const address = await dialog.getByLabel("Link", { exact: true }).innerText();
  expect(address).toMatch(/\/s\/[A-Za-z0-9_-]{43}$/);
  return address;
}

test("a job is shared, seen live on a phone without an account, and taken back", { tag: "@both-hosts" }, async ({ page, verbs, browser, server }) => {
  const secret = `secret${stamp()}`;
  const job = await verbs.runScript(`echo ${secret} hello; sleep 600`, { name: `shared-${stamp()}`, env: { HIDDEN: `env${secret}` }, tags: [`tag${secret}`] });
  await verbs.waitForStatus(job.id, "running");
  const address = await share(page, job.id, async (dialog) => dialog.getByLabel("Note").fill("for the review"));
  const dialog = page.getByRole("dialog", { name: /Share the status of/ });
  await expect(dialog.getByRole("img", { name: "QR code of the link" })).toBeVisible();
  const badge = dialog.getByRole("img", { name: "Status badge" });
  await expect.poll(async () => badge.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(50);
  await dialog.getByRole("button", { name: "Copy the link" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  await verbs.picture("links-dialog-made");

  const visitor = await Visitor.arrive(browser, server);
  await visitor.page.goto(address);
  await expect(visitor.page.getByRole("heading", { level: 1, name: job.name ?? "" })).toBeVisible();
  const main = visitor.page.getByRole("main");
  await expect(main.getByText("Running").first()).toBeVisible();
  await expect(main.getByRole("log")).toHaveCount(0);
  await expect(visitor.page.getByRole("navigation")).toHaveCount(0);
  await new Verbs(visitor.page).picture("shared-running");
  await new Verbs(visitor.page).expectAccessible();

  await verbs.killJob(job.id);
  await expect(main.getByText("Cancelled").first()).toBeVisible();
  await new Verbs(visitor.page).picture("shared-ended");

  expect(visitor.heard.length).toBeGreaterThan(2);
  for (const said of visitor.heard) {
    for (const forbidden of [secret, "HIDDEN", "for the review", "roadstead-links", "roadstead/sample", "sleep 600", '"owner"', '"image"', '"env"', '"command"']) {
      expect(said.includes(forbidden), `${forbidden} in ${said.slice(0, 300)}`).toBe(false);
    }
    if (said.includes("/s/")) expect(said).toContain('"referrer-policy":"no-referrer"');
  }

  await page.reload();
  await page.getByRole("button", { name: "More" }).first().click();
  await page.getByRole("menuitem", { name: "Share status link" }).click();
  const row = dialog.getByRole("listitem").filter({ hasText: "for the review" });
  await expect(row.getByText("1 view")).toBeVisible();
  await row.getByRole("button", { name: /^Revoke/ }).click();
  await page.getByRole("dialog", { name: "Revoke 1 link?" }).getByRole("button", { name: "Revoke" }).click();
  await expect(dialog.getByText("No link is live.")).toBeVisible();
  await visitor.page.reload();
  await expect(visitor.page.getByText("This link shows nothing")).toBeVisible();
  await new Verbs(visitor.page).expectAccessible();
  await visitor.context.close();
});

test("a log is shown where it was chosen, live, and ends at once when the link is revoked", { tag: "@both-hosts" }, async ({ page, verbs, browser, server }) => {
  const job = await verbs.runScript("i=0; while true; do i=$((i+1)); echo line $i of it; sleep 1; done", { name: `logged-${stamp()}` });
  await verbs.waitForStatus(job.id, "running");
  const address = await share(page, job.id, async (dialog) => {
    await dialog.getByLabel("What it shows").selectOption({ label: "Status and log" });
    await expect(dialog.getByText("whatever the job prints, secrets too")).toBeVisible();
    await dialog.getByLabel("Image", { exact: true }).check();
  });
  const visitor = await Visitor.arrive(browser, server);
  await visitor.page.goto(address);
  const log = visitor.page.getByRole("log");
  const latest = async () => Math.max(0, ...[...(await log.innerText()).matchAll(/line (\d+) of it/g)].map(([, n]) => Number(n)));
  await expect.poll(latest).toBeGreaterThan(0);
  const seen = await latest();
  await expect.poll(latest, { message: "the log goes on" }).toBeGreaterThan(seen);
  await expect(visitor.page.getByText("roadstead/sample:latest")).toBeVisible();
  await new Verbs(visitor.page).picture("shared-log");
  await new Verbs(visitor.page).expectAccessible();
  await page.getByRole("dialog", { name: /Share the status of/ }).getByRole("button", { name: /^Revoke/ }).click();
  await page.getByRole("dialog", { name: "Revoke 1 link?" }).getByRole("button", { name: "Revoke" }).click();
  await expect(visitor.page.getByText("This link shows nothing")).toBeVisible();
  await visitor.context.close();
  await verbs.killJob(job.id);
});

test("a colleague sees no links and why none can be made; an administrator sees all and revokes a list", async ({ page, verbs, browser, server, shelf }) => {
  const name = stamp();
  const project = shelf.project.split("/").at(-1) ?? "";
  await server.addUser(`boss-${name}`, project, "manager");
  await server.addUser(`peer-${name}`, project, "reader");
  const job = await verbs.runningJob({ name: `team-${name}` });
  const boss = await signIn(browser, server, `boss-${name}`);
  await share(boss, job.id, async (dialog) => dialog.getByLabel("Note").fill("of the boss"));
  await boss.goto("/links");
  await expect(boss.getByRole("listitem").filter({ hasText: "of the boss" })).toBeVisible();
  await expect(boss.getByRole("navigation", { name: "Which links" })).toHaveCount(0);

  const peer = await signIn(browser, server, `peer-${name}`);
  await peer.goto(`/jobs/${job.id}`);
  await peer.getByRole("button", { name: "More" }).first().click();
  await peer.getByRole("menuitem", { name: "Share status link" }).click();
  await expect(peer.getByText("Links are made by whoever may manage this job.")).toBeVisible();
  await expect(peer.getByRole("button", { name: "Make a link" })).toHaveCount(0);
  await peer.goto("/links");
  await expect(peer.getByText("No links")).toBeVisible();

  await share(page, job.id);
  await page.goto("/links");
  await page.getByRole("link", { name: "All of the cluster" }).click();
  const rows = page.getByRole("listitem").filter({ hasText: `team-${name}` });
  await expect(rows).toHaveCount(2);
  await verbs.picture("links-page");
  await verbs.expectAccessible();
  for (const row of await rows.all()) await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Revoke selected" }).click();
  const question = page.getByRole("dialog", { name: "Revoke 2 links?" });
  await expect(question.getByText("of the boss")).toBeVisible();
  await question.getByRole("button", { name: "Revoke" }).click();
  await expect(rows).toHaveCount(0);
  await boss.reload();
  await expect(boss.getByText("No links")).toBeVisible();
  await verbs.killJob(job.id);
  await boss.context().close();
  await peer.context().close();
});

test("the dialog is accessible, and a link outlives a crash of the server", async ({ page, verbs, browser, server }) => {
  const job = await verbs.runScript("echo done", { name: `kept-${stamp()}` });
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}`);
  await verbs.chooseTheme("Light");
  await page.getByRole("button", { name: "More" }).first().click();
  await page.getByRole("menuitem", { name: "Share status link" }).click();
  const { AxeBuilder } = await import("@axe-core/playwright");
  await expect(page.getByRole("button", { name: "Make a link" })).toBeVisible();
  await verbs.picture("links-dialog");
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  const address = await share(page, job.id);
  await server.kill();
  await server.resume();
  const visitor = await Visitor.arrive(browser, server);
  await visitor.page.goto(address);
  await expect(visitor.page.getByRole("main").getByText("Succeeded").first()).toBeVisible();
  await visitor.page.goto(`${address.slice(0, -1)}${address.endsWith("A") ? "B" : "A"}`);
  await expect(visitor.page.getByText("This link shows nothing")).toBeVisible();
  await visitor.context.close();
});

test("more links than one page holds are revoked in parts, and what is left is shown without a reload", { tag: "@one-width" }, async ({ page }) => {
  const link = (n: number) => ({ id: `l${n}`, job_id: `job-${n}`, job_name: `many-${n}`, project: "main/default", author: "admin", scope: "status", created_at: "2026-01-01T00:00:00Z", expires_at: "2036-01-01T00:00:00Z" });
  let live = Array.from({ length: 1_200 }, (_, n) => link(n));
  await page.route(/\/api\/v1\/links(\?|$)/, (route) => {
    const after = new URL(route.request().url()).searchParams.get("cursor");
    const rest = live.filter(({ id }) => after === null || Number(id.slice(1)) > Number(after));
    const items = rest.slice(0, 500);
    return route.fulfill({ json: { items, next: rest.length > 500 ? items.at(-1)?.id.slice(1) : undefined, may_see_all: true } });
  });
  const parts: number[] = [];
  await page.route("**/api/v1/links/revoke", (route) => {
    const { ids } = route.request().postDataJSON() as { ids: string[] };
    parts.push(ids.length);
    if (ids.length > 500) return route.fulfill({ status: 400, json: { code: "invalid", message: "At most 500 links at once.", request_id: "r" } });
    live = live.filter(({ id }) => !ids.includes(id));
    return route.fulfill({ json: { revoked: ids, missing: [] } });
  });
  await page.goto("/links?scope=all");
  const rows = page.getByRole("listitem").filter({ hasText: "many-" });
  await expect(rows).toHaveCount(500);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(1_000);
  await page.getByLabel("Select all").check();
  await page.getByRole("button", { name: "Revoke selected" }).click();
  await page.getByRole("dialog", { name: "Revoke 1,000 links?" }).getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("1,000 links are revoked.")).toBeVisible();
  await expect(rows).toHaveCount(200);
  await expect(page.getByText("No links")).toBeHidden();
  expect(parts).toEqual([500, 500]);
});
