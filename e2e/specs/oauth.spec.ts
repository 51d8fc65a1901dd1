/** Signing in at the platform's own page, which is a certified OpenID provider's. */

import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";
import { Edge } from "../support/edge.ts";
import { Gateway } from "../support/gateway.ts";
import { Platform } from "../support/platform.ts";
import { freePort } from "../support/port.ts";

const test = base.extend<{ platform: Platform; gateway: Gateway }>({
  platform: async ({}, use) => {
    const port = await freePort();
    const platform = await Platform.start([`http://127.0.0.1:${port}/api/v1/session/callback`]);
    await use(Object.assign(platform, { consolePort: port }));
    await platform.stop();
  },
  gateway: async ({ platform }, use) => {
    const { consolePort } = platform as Platform & { consolePort: number };
    const gateway = await Gateway.start(consolePort, `${platform.url}/api/v1`);
    await use(gateway);
    await gateway.stop();
  },
  baseURL: async ({ gateway }, use) => use(gateway.url),
});

const CONTINUE = { name: "Continue with your password" };
const HEADERS = { "X-Roadstead": "1" };

async function letIn(page: Page, answer = "Let me in"): Promise<void> {
  await page.getByRole("button", { name: answer }).click();
}

async function signIn(page: Page, path = "/jobs"): Promise<void> {
  await page.goto(path);
  await page.getByRole("button", CONTINUE).click();
  await letIn(page);
  await expect(page.getByRole("button", { name: "Account" })).toBeVisible();
}

const jobs = (context: BrowserContext) => context.request.get("/api/v1/jobs", { headers: HEADERS });

test.skip(Edge.isWanted, "these have native gateways of their own");

test("a person signs in at the platform and comes back to the page they asked for", async ({ page, context, platform }) => {
  await signIn(page, "/jobs?status=running");
  await expect(page).toHaveURL(/\/jobs\?status=running$/);
  const cookies = await context.cookies();
  expect(cookies.filter((cookie) => cookie.name.startsWith("roadstead"))).toMatchObject([
    { name: "roadstead_session", sameSite: "Strict", httpOnly: true },
  ]);
  expect(platform.grants).toEqual([{ kind: "authorization_code", ok: true }]);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toContain("eyJ");
});

test("a no at the platform is told in words, and the page asked for is not forgotten", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.getByRole("button", CONTINUE).click();
  await letIn(page, "Rather not");
  await expect(page.getByText("The sign-in was not allowed")).toBeVisible();
  await page.reload();
  await expect(page.getByText("The sign-in was not allowed")).toBeHidden();
  await page.getByRole("button", CONTINUE).click();
  await letIn(page);
  await expect(page.getByRole("heading", { name: "New job", level: 1 })).toBeVisible();
});

test("tokens are renewed unseen, once for all tabs, also after a restart", { tag: "@one-width" }, async ({ page, context, platform, gateway }) => {
  platform.accessSecs = 8;
  await signIn(page);
  const stale = await context.storageState();
  await expect.poll(async () => ((await jobs(context)).status(), platform.renewals), { timeout: 20_000 }).toBeGreaterThan(0);
  const renewals = platform.renewals;
  // A tab that slept through it comes with the old cookie, whose refresh token is spent.
  const request = await context.browser()!.newContext({ storageState: stale, baseURL: gateway.url });
  const tabs = await Promise.all(Array.from({ length: 8 }, () => jobs(request)));
  expect(tabs.map((answer) => answer.status())).toEqual(Array(8).fill(200));
  expect(platform.renewals - renewals).toBeLessThanOrEqual(1);
  await gateway.end();
  await gateway.resume();
  expect((await jobs(request)).status()).toBe(200);
  expect(platform.grants.filter((grant) => !grant.ok)).toEqual([]);
  await request.close();
});

test("the jobs list goes on through a renewal without a word", { tag: "@one-width" }, async ({ page, platform }) => {
  platform.accessSecs = 8;
  await signIn(page);
  await expect.poll(() => platform.renewals, { timeout: 20_000 }).toBeGreaterThan(1);
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
});

test("a refresh token that was taken back ends the session in plain words", { tag: "@one-width" }, async ({ page, platform }) => {
  platform.accessSecs = 8;
  await signIn(page);
  await platform.revoke();
  await expect(page.getByText("Your session has ended")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("button", CONTINUE)).toBeVisible();
});

test("a code of somebody else's sign-in is refused, whatever state it comes with", { tag: "@one-width" }, async ({ page, browser, gateway, platform }) => {
  // The attacker's own sign-in, stopped before the code is spent.
  const attacker = await (await browser.newContext({ baseURL: gateway.url })).newPage();
  let stolen = "";
  // Browsers follow redirects without asking a page's routes: they are followed here, up to the last.
  await attacker.route("**/interaction/*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    let answer = await route.fetch({ maxRedirects: 0 });
    let next = answer.headers().location;
    while (next && !next.includes("/api/v1/session/callback")) {
      answer = await attacker.request.get(new URL(next, answer.url()).href, { maxRedirects: 0 });
      next = answer.headers().location;
    }
    stolen = next ?? "";
    await route.abort();
  });
  await attacker.goto("/jobs");
  await attacker.getByRole("button", CONTINUE).click();
  await letIn(attacker);
  await expect.poll(() => stolen).not.toBe("");
  await page.goto(stolen);
  await expect(page.getByText("began in another browser")).toBeVisible();

  // With the victim's own state it gets as far as the platform, which asks for the attacker's verifier.
  const begun = await page.request.post("/api/v1/session/oauth", { headers: HEADERS, data: { return_to: "/jobs" } });
  const state = new URL((await begun.json()).location).searchParams.get("state") ?? "";
  const code = new URL(stolen).searchParams.get("code") ?? "";
  await page.goto(`/api/v1/session/callback?code=${code}&state=${state}`);
  await expect(page.getByText("does not fit this sign-in")).toBeVisible();
  expect(platform.grants).toEqual([{ kind: "authorization_code", ok: false }]);
  await attacker.context().close();
});

test("two tabs sign in beside each other", { tag: "@one-width" }, async ({ page, context }) => {
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto("/jobs");
    await tab.getByRole("button", CONTINUE).click();
    await expect(tab.getByRole("button", { name: "Let me in" })).toBeVisible();
  }
  await letIn(other);
  await expect(other.getByRole("button", { name: "Account" })).toBeVisible();
  await letIn(page);
  await expect(page.getByRole("button", { name: "Account" })).toBeVisible();
});

test("signing out ends the session for a copy of its cookie too", { tag: "@one-width" }, async ({ page, context, browser, gateway }) => {
  await signIn(page);
  const copy = await browser.newContext({ storageState: await context.storageState(), baseURL: gateway.url });
  expect((await jobs(copy)).status()).toBe(200);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("button", CONTINUE)).toBeVisible();
  expect((await jobs(copy)).status()).toBe(401);
  await copy.close();
});
