import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("one goes from page to page and back again, and no page reads what another left behind", async ({ page, verbs }) => {
  const name = `walk-${stamp()}`;
  const job = await verbs.runJob({ command: "true", name });
  await verbs.waitForStatus(job.id, "succeeded");
  const heading = (text: string) => expect(page.getByRole("heading", { level: 1, name: text })).toBeVisible();
  // The second round has every page at hand, and turns them over at once.
  for (let round = 0; round < 3; round++) {
    await page.goto(`/jobs?q=${name}`);
    await page.getByRole("link", { name }).first().click();
    await heading(name);
    await page.getByRole("tab", { name: "Logs" }).click();
    await page.getByRole("link", { name: "Run again" }).click();
    await expect(page.getByLabel("Command")).toHaveValue("true");
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await heading("Jobs");
    await page.goBack();
    await expect(page.getByLabel("Command")).toHaveValue("true");
    await page.goBack();
    await heading(name);
    await page.goForward();
    await expect(page.getByLabel("Command")).toHaveValue("true");
    await page.keyboard.press("Escape");
    // A key is a shortcut only outside of fields.
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("g");
    await heading("Jobs");
    await page.keyboard.press("n");
    await heading("New job");
    await page.goBack();
    await heading("Jobs");
  }
});

test("the form of a job keeps its fields until the new job's page stands in its place", async ({ page, verbs }) => {
  const job = await verbs.runJob({ command: "true", name: `source-${stamp()}`, tags: ["kept"] });
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("link", { name: "Run again" }).click();
  await expect(page.getByLabel("Tags")).toHaveValue("kept");
  // Every value the field takes on its way out.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => seen.push(document.querySelector("h1")?.textContent ?? "")).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page).not.toHaveURL(/new|from/);
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Run again with changes");
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  expect(seen, "the page never turns into the empty form").not.toContain("New job");
});

test("an address that sends one on is not come back to", async ({ page }) => {
  for (const [from, to, name] of [["/", /\/jobs$/, "Jobs"], ["/roles", /\/shared\?view=roles$/, "Shared"], ["/orgs", /\/orgs$/, "People"]] as const) {
    await page.goto("/links");
    await page.goto(from);
    await expect(page).toHaveURL(to);
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(/\/links$/);
  }
});

test("what stands over a page goes with it, and with the session", { tag: "@one-width" }, async ({ page, verbs }) => {
  const name = `over-${stamp()}`;
  const job = await verbs.runJob({ command: "true", name });
  await verbs.waitForStatus(job.id, "succeeded");
  const dialog = page.getByRole("dialog", { name: `Share ${name}` });
  const open = async () => {
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await expect(dialog.getByRole("heading", { name: "Who has access" })).toBeVisible();
  };
  await page.goto(`/jobs?q=${name}`);
  await page.getByRole("link", { name }).first().click();
  await open();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await expect(dialog).toBeHidden();

  await page.goForward();
  await open();
  await page.route("**/api/v1/**", (route) => route.fulfill({ status: 401, json: { code: "signed_out", message: "Sign in.", request_id: "r" } }));
  await dialog.getByLabel("User or role").fill("b");
  await expect(page.getByText("Your session has ended. Sign in again and you will be back where you were.")).toBeVisible();
  await expect(dialog).toBeHidden();
});
