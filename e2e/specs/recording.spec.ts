import { readFile } from "node:fs/promises";
import { type Download, type Page } from "@playwright/test";
import { expect, test as base } from "../support/world.ts";
import { Server } from "../support/server.ts";

/** As `test`, on a server that records terminals. */
const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start(["--record-terminals"]);
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

type Cast = { head: { version: number; width: number; height: number; title: string }; shown: string; kinds: Set<string> };

/** Every line must be JSON. */
async function readCast(file: Download): Promise<Cast> {
  const [head, ...events] = (await readFile(await file.path(), "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  const shown = events.filter(([, kind]) => kind === "o").map(([, , text]) => text).join("");
  return { head, shown, kinds: new Set(events.map(([, kind]) => kind)) };
}

async function openTerminal(page: Page, job: string): Promise<void> {
  await page.goto(`/jobs/${job}/terminal`);
  await expect(page.locator(".xterm-rows")).toContainText(/[$#]/);
  await page.locator(".xterm-helper-textarea").focus();
}

/** Downloads what was recorded of the one act in a job. */
async function saved(page: Page, job: string): Promise<Cast> {
  await page.goto(`/audit/acts?job=${job}`);
  const link = page.getByRole("table", { name: "Acts in jobs" }).getByRole("link", { name: /^Recording: .* sh in .* by admin$/ });
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  expect(file.suggestedFilename()).toMatch(/^act-\d+\.cast$/);
  return readCast(file);
}

test("what a terminal shows is recorded, its user is told, and an administrator saves the recording", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await expect(page.getByText("Recorded", { exact: true })).toBeVisible();
  await expect(page.locator(".xterm-rows")).toContainText("what this terminal shows is recorded");
  await page.keyboard.type("echo sum-$((40+2)); printf 'привет\\n'; exit\n");
  await expect(page.locator(".xterm-rows")).toContainText("привет");
  await expect(page.getByText("Ended with exit code 0")).toBeVisible();
  await verbs.picture("recorded");
  const cast = await saved(page, job.id);
  await verbs.picture("acts-recorded");
  await verbs.expectAccessible();
  expect(cast.head.version).toBe(2);
  expect(cast.head.width).toBeGreaterThan(20);
  expect(cast.shown).toContain("sum-42");
  expect(cast.shown).toContain("привет");
  expect(cast.kinds.has("i")).toBe(false);
});

test("who does not look after the cluster gets no recording, and the refusal that the acts give", async ({ browser, page, server, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await page.keyboard.type("echo not-yours; exit\n");
  await expect(page.getByText("Ended with exit code 0")).toBeVisible();
  await page.goto(`/audit/acts?job=${job.id}`);
  const address = await page.getByRole("link", { name: /^Recording: / }).getAttribute("href");
  const name = `casts-${Date.now().toString(36)}`;
  await server.addUser(name, "default", "manager");
  const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] } });
  const theirs = await context.newPage();
  await theirs.goto(await server.link(name));
  await expect(theirs.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  const headers = { "X-Roadstead": "1" };
  const [cast, acts] = await Promise.all([theirs.request.get(address!, { headers }), theirs.request.get("/api/v1/audit/acts", { headers })]);
  expect([cast.status(), acts.status()]).toEqual([403, 403]);
  expect(await cast.text()).not.toContain("not-yours");
  expect((await cast.json()).code).toBe((await acts.json()).code);
  await context.close();
});

test("a recording survives a server that is killed in the middle of it", async ({ page, server, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await page.keyboard.type("for n in 1 2 3 4 5; do echo line-$((n*111)); done; sleep 100\n");
  await expect(page.locator(".xterm-rows")).toContainText("line-555");
  await server.kill();
  await server.resume();
  const cast = await saved(page, job.id);
  expect(cast.shown).toContain("line-555");
  expect(cast.kinds.has("m"), "it does not say that it came to its end").toBe(false);
});
