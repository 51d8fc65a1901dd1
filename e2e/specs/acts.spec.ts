import { expect, test } from "../support/world.ts";

test("an administrator sees which commands and kills there were in a job, by whom and from where", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runningJob();
  await page.goto(`/jobs/${job.id}/terminal`);
  await expect(page.locator(".xterm-rows")).toContainText(/[$#]/);
  await verbs.killJob(job.id);
  await page.goto("/audit/acts");
  const list = page.getByRole("table", { name: "Acts in jobs" });
  await expect(list.getByRole("row").nth(1)).toContainText("admin");
  await page.getByRole("textbox", { name: "In the job with the id" }).fill(job.id);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`job=${job.id}`));
  await expect(list.getByRole("row")).toHaveCount(3);
  const [latest, first] = [list.getByRole("row").nth(1), list.getByRole("row").nth(2)];
  await expect(latest).toContainText("Cancelled");
  await expect(first).toContainText("Command");
  for (const row of [latest, first]) {
    await expect(row).toContainText("127.0.0.1");
    await expect(row.getByTitle(job.id)).toHaveAttribute("href", `/jobs/${job.id}`);
  }
  await verbs.picture("acts");
  await verbs.expectAccessible();

  // A job that nobody touched.
  await page.goto("/audit/acts?job=job-none");
  await expect(page.getByText("Nothing was done")).toBeVisible();
});

test("who does not look after the cluster is told whom acts are for", async ({ browser, server }) => {
  const name = `acts-${Date.now().toString(36)}`;
  await server.addUser(name, "default", "reader");
  const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto(await server.link(name));
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  await page.goto("/audit/acts");
  await expect(page.getByText("Acts are for administrators")).toBeVisible();
  await context.close();
});
