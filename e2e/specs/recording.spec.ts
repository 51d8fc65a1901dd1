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

/** Opens what was recorded of the one act in a job. */
async function openRecording(page: Page, job: string): Promise<void> {
  await page.goto(`/audit/acts?job=${job}`);
  const link = page.getByRole("table", { name: "Acts in jobs" }).getByRole("link", { name: /^Recording: .* sh in .* by admin$/ });
  await link.click();
  await expect(page).toHaveURL(/\/audit\/acts\/\d+\/recording$/);
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
}

async function saved(page: Page): Promise<Cast> {
  const link = page.getByRole("link", { name: "Download the recording" });
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
  await openRecording(page, job.id);
  const cast = await saved(page);
  expect(cast.head.version).toBe(2);
  expect(cast.head.width).toBeGreaterThan(20);
  expect(cast.shown).toContain("sum-42");
  expect(cast.shown).toContain("привет");
  expect(cast.kinds.has("i")).toBe(false);
});

test("who does not look after the cluster gets no recording, and the refusal that the acts give", { tag: "@one-width" }, async ({ browser, page, server, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await page.keyboard.type("echo not-yours; exit\n");
  await expect(page.getByText("Ended with exit code 0")).toBeVisible();
  await openRecording(page, job.id);
  const played = new URL(page.url()).pathname;
  const address = await page.getByRole("link", { name: "Download the recording" }).getAttribute("href");
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
  await theirs.goto(played);
  await expect(theirs.getByText("The recording cannot be shown")).toBeVisible();
  await context.close();
});

test("a recording is played, paused, sped up and gone through with the keyboard, on a screen as large as it was", async ({ page, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await page.keyboard.type("echo first-$((1+1)); sleep 3; echo last-$((3*3)); exit\n");
  await expect(page.getByText("Ended with exit code 0")).toBeVisible();
  await page.goto(`/audit/acts?job=${job.id}`);
  await expect(page.getByRole("link", { name: /^Recording: / })).toBeVisible();
  await verbs.picture("acts-recorded");
  await verbs.expectAccessible();
  await openRecording(page, job.id);
  const screen = page.locator(".xterm-rows");
  const place = page.getByRole("slider", { name: "Place in the recording" });
  await expect(screen).toBeVisible();
  await expect(screen).not.toContainText("last-9");
  await page.getByRole("combobox", { name: "Speed" }).selectOption("4×");
  await page.getByRole("button", { name: "Play" }).click();
  await expect(screen).toContainText("last-9");
  // It stops by itself at the end.
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await expect(page.getByRole("list", { name: "Notes in the recording" })).toContainText("The process ended.");
  await verbs.picture("recording");
  await verbs.expectAccessible();

  // Back to the beginning, and to the end, by keys.
  await place.focus();
  await expect(async () => {
    await page.keyboard.press("ArrowLeft");
    await expect(place).toHaveAttribute("aria-valuetext", /^0:00/, { timeout: 100 });
  }).toPass();
  await expect(screen).not.toContainText("last-9");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await expect(async () => {
    await page.keyboard.press("ArrowRight");
    await expect(screen).toContainText("last-9", { timeout: 100 });
  }).toPass();

  // The screen takes no keys and is no trap for them.
  await expect(page.locator(".xterm-helper-textarea")).toHaveAttribute("tabindex", "-1");

  // By its own address, too.
  await page.reload();
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
  await page.goto("/audit/acts/999999/recording");
  await expect(page.getByText("The recording cannot be shown")).toBeVisible();
});

test("a recording survives a server that is killed in the middle of it", { tag: "@one-width" }, async ({ page, server, verbs }) => {
  const job = await verbs.runningJob();
  await openTerminal(page, job.id);
  await page.keyboard.type("for n in 1 2 3 4 5; do echo line-$((n*111)); done; sleep 100\n");
  await expect(page.locator(".xterm-rows")).toContainText("line-555");
  await server.kill();
  await server.resume();
  await openRecording(page, job.id);
  const cast = await saved(page);
  expect(cast.shown).toContain("line-555");
  expect(cast.kinds.has("m"), "it does not say that it came to its end").toBe(false);
});
