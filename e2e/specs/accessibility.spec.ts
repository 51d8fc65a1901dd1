import { expect, test } from "../support/world.ts";

test("sign-in", async ({ visitor }) => {
  const { Verbs } = await import("../support/verbs.ts");
  await visitor.goto("/sign-in");
  await expect(visitor.getByRole("heading", { name: "Sign in to Roadstead" })).toBeVisible();
  await new Verbs(visitor).expectAccessible();
});

test("jobs list", async ({ page, verbs }) => {
  const job = await verbs.runningJob({ tags: ["one", "two"] });
  await page.goto("/jobs");
  await expect(page.getByRole("table", { name: "Jobs" }).getByRole("link").first()).toBeVisible();
  await verbs.expectAccessible();
  await verbs.killJob(job.id);
});

test("run form, with its complaints", async ({ page, verbs }) => {
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill("");
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page.getByText("Say which image to run.")).toBeVisible();
  await verbs.expectAccessible();
});

test("a dialog", async ({ page, verbs }) => {
  await page.goto("/jobs");
  await verbs.chooseTheme("Dark");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  const { AxeBuilder } = await import("@axe-core/playwright");
  const { violations } = await new AxeBuilder({ page }).include("dialog, [role=dialog]").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});

for (const tab of ["overview", "logs", "telemetry", "terminal"]) {
  test(`job page, ${tab}`, async ({ page, verbs }) => {
    const job = await verbs.runScript("for i in 1 2 3; do echo line $i; done; sleep 600");
    await verbs.waitForStatus(job.id, "running");
    await page.goto(tab === "overview" ? `/jobs/${job.id}` : `/jobs/${job.id}/${tab}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    if (tab === "logs") await expect(page.getByText("line 3")).toBeVisible();
    // A terminal takes the focus when it is there, which would close a menu that was opened before.
    if (tab === "terminal") await expect(page.locator(".xterm-rows")).toBeVisible();
    await verbs.expectAccessible();
    await verbs.killJob(job.id);
  });
}

test("a page that does not exist", async ({ page, verbs }) => {
  await page.goto("/nowhere");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await verbs.expectAccessible();
});

test("all of it can be reached and used with the keyboard alone", async ({ page }) => {
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});
