import { readFile } from "node:fs/promises";
import { tell, UNTIL_TOLD } from "../support/engine.ts";
import { expect, test } from "../support/world.ts";

test("a log is read as it is written, and says when it is complete", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runScript(`echo tick 1; ${UNTIL_TOLD}; echo tick 2`);
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("tick 1", { exact: true })).toBeVisible();
  await verbs.waitForStatus(job.id, "running");
  await expect(page.getByText("Complete", { exact: true })).toBeHidden();
  await tell(job.id);
  await expect(log.getByText("tick 2", { exact: true })).toBeVisible();
  await expect(page.getByText("Complete", { exact: true })).toBeVisible();
});

test("a long log opens at its end, and any line of it is a scroll away", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 30000 ]; do echo row number $i; i=$((i+1)); done");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("row number 29999", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Go to the first line" }).click();
  await expect(log.getByText("row number 0", { exact: true })).toBeVisible();
  // Only what is in view is in the document.
  expect(await log.locator(".log-sheet > *").count()).toBeLessThan(400);
});

test("scrolling up stops following and tells how many lines came meanwhile", async ({ page, verbs }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 400 ]; do echo old $i; i=$((i+1)); done; while true; do echo new $i; i=$((i+1)); sleep 0.3; done");
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  // Which of them are in view depends on when one looks.
  await expect(log.getByText(/^new \d+$/).first()).toBeVisible();
  await log.focus();
  await page.keyboard.press("PageUp");
  await page.keyboard.press("PageUp");
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");
  const jump = page.getByRole("button", { name: /new lines?|Jump to latest/ });
  await expect(jump).toBeVisible();
  await jump.click();
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "true");
  await verbs.killJob(job.id);
});

test("find counts over everything kept, plain, by case and by regular expression", async ({ page, verbs }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 5000 ]; do echo item $i; i=$((i+1)); done; echo NEEDLE one; echo needle two");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("needle two")).toBeVisible();
  await log.focus();
  await page.keyboard.press("Control+f");
  const field = page.getByRole("textbox", { name: "Find in the log" });
  await expect(field).toBeFocused();
  const found = page.locator("#log-find-status");
  await field.fill("needle");
  await expect(found).toContainText("2");
  await page.getByRole("button", { name: "Match case" }).click();
  await expect(found).toContainText("1");
  await page.getByRole("button", { name: "Match case" }).click();
  await page.getByRole("button", { name: "Regular expression" }).click();
  await field.fill("^item 4[0-9]{3}$");
  await expect(found).toContainText("1,000");
  await field.press("Enter");
  await field.press("Enter");
  await expect(found).toContainText(/of 1,000/);
  await field.fill("item [");
  await expect(found).toContainText("Not a regular expression");
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
});

test("the whole log is downloaded, not just what is on screen", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 20000 ]; do echo row $i; i=$((i+1)); done");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs`);
  await expect(page.getByRole("log").getByText("row 19999", { exact: true })).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the whole log" }).click()]);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(20000);
  expect(lines[0]).toContain("row 0");
  expect(lines.at(-1)).toContain("row 19999");
});

test("the downloaded log has times where they are shown", { tag: ["@both-hosts", "@one-width"] }, async ({ page, verbs }) => {
  const job = await verbs.runScript("echo first; echo second");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs`);
  await expect(page.getByRole("log").getByText("second", { exact: true })).toBeVisible();
  const saved = async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the whole log" }).click()]);
    return readFile(await download.path(), "utf8");
  };
  expect(await saved()).toBe("first\nsecond\n");
  await page.getByRole("combobox", { name: "Times of lines" }).selectOption("local");
  expect(await saved()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z first\n\d{4}-\d\d-\d\dT[\d:.]+Z second\n$/);
});

test("everything kept can be selected and copied", async ({ page, verbs, viewport }) => {
  test.skip((viewport?.width ?? 0) < 600, "by keyboard");
  const job = await verbs.runScript("i=0; while [ $i -lt 3000 ]; do echo copy $i; i=$((i+1)); done");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("copy 2999", { exact: true })).toBeVisible();
  await log.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trimEnd().split("\n")).toHaveLength(3000);
});

test("markup, escapes and broken text in a log stay text", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runScript(String.raw`printf '<script>document.title="owned"</script><img src=x onerror=alert(1)>\n\033[31mred\033[0m plain\n\033]0;title\007after title\nnul:\000:end\nbad:\377\376:utf8\n'`);
  await verbs.waitForStatus(job.id, "succeeded");
  let alerted = false;
  page.on("dialog", (dialog) => ((alerted = true), dialog.dismiss()));
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText('<script>document.title="owned"</script>')).toBeVisible();
  await expect(log.getByText("red plain")).toBeVisible();
  await expect(log.getByText("after title", { exact: true })).toBeVisible();
  await expect(log.getByText(/^bad:.*:utf8$/)).toBeVisible();
  expect(await log.locator("script, img").count()).toBe(0);
  expect(alerted).toBe(false);
  expect(await page.title()).not.toBe("owned");
});

test("the log goes on where it was after the server was killed and came back", { tag: "@both-hosts" }, async ({ page, verbs, server }) => {
  const job = await verbs.runScript(`for i in 0 1 2 3 4 5; do echo beat $i; sleep 0.25; done; ${UNTIL_TOLD}; while [ $i -lt 79 ]; do i=$((i+1)); echo beat $i; done`);
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("beat 5", { exact: true })).toBeVisible();
  await server.kill();
  await expect(page.getByText(/Connection lost|cannot be reached/).first()).toBeVisible();
  // The rest is written while nobody listens.
  await tell(job.id);
  await server.resume();
  await expect(log.getByText("beat 79", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("80 lines")).toBeVisible();
});

test("a line is shared by its address", async ({ page, verbs, browser, server, signedIn, viewport }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 9000 ]; do echo link $i; i=$((i+1)); done");
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}/logs?line=4001`);
  const line = page.getByRole("log").getByText("link 4000", { exact: true });
  await expect(line).toBeVisible();
  if ((viewport?.width ?? 0) > 600) {
    await page.locator(".log-number", { hasText: /^4,?003$/ }).click();
    await expect(page).toHaveURL(/[?&]line=4003\b/);
    const context = await browser.newContext({ baseURL: server.url, storageState: signedIn });
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByRole("log").getByText("link 4002", { exact: true })).toBeVisible();
    await context.close();
  }
});

test("a moment or a line past the end of a log leads to its last line", { tag: ["@both-hosts", "@one-width"] }, async ({ page, verbs }) => {
  const job = await verbs.runScript("i=0; while [ $i -lt 2000 ]; do echo past $i; i=$((i+1)); done");
  await verbs.waitForStatus(job.id, "succeeded");
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  for (const place of [`time=${encodeURIComponent(tomorrow)}`, "line=99999"]) {
    await page.goto(`/jobs/${job.id}/logs?${place}`);
    await expect(page.getByRole("log").getByText("past 1999", { exact: true })).toBeVisible();
    await expect(page.getByText("Complete", { exact: true })).toBeVisible();
  }
  await expect(page.getByText("Line 99,999 is not in this log")).toBeVisible();
});

/** A log that rushes past: a line every 20 ms, after more than fit a screen. */
const RUSHING = "i=0; while [ $i -lt 200 ]; do echo row $i; i=$((i+1)); done; while true; do echo row $i; i=$((i+1)); sleep 0.02; done";

test("a click into a log that rushes past selects nothing, and what is drawn over is what is copied", { tag: "@one-width" }, async ({ page, verbs }) => {
  const job = await verbs.runScript(RUSHING);
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText(/^row \d{3,}$/).first()).toBeVisible();
  const box = (await log.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.evaluate(() => navigator.clipboard.writeText("nothing copied"));
  await page.mouse.move(x, y);
  await page.mouse.down();
  // Lines that would have moved the rows under the pointer are there: they are counted as new.
  await expect(page.getByRole("button", { name: /\d+ new lines/ })).toBeVisible();
  await page.mouse.up();
  await page.keyboard.press("Control+c");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("nothing copied");
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");

  // Not the first, which may be half out of view.
  const row = log.getByText(/^row \d+$/).nth(3);
  const text = (await row.textContent())!;
  const at = (await row.boundingBox())!;
  await page.mouse.dblclick(at.x + 4, at.y + at.height / 2);
  await page.keyboard.press("Control+c");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("row");
  expect(await row.textContent()).toBe(text);
  await verbs.killJob(job.id);
});

test("a hit that was gone to stays in view while the log goes on", { tag: "@one-width" }, async ({ page, verbs }) => {
  const job = await verbs.runScript(`i=0; while [ $i -lt 200 ]; do echo row $i; i=$((i+1)); done; echo the needle; ${UNTIL_TOLD}; while [ $i -lt 400 ]; do echo row $i; i=$((i+1)); done; sleep 600`);
  await page.goto(`/jobs/${job.id}/logs`);
  const log = page.getByRole("log", { name: "Log of the job" });
  await expect(log.getByText("the needle", { exact: true })).toBeVisible();
  await log.focus();
  await page.keyboard.press("Control+f");
  const field = page.getByRole("textbox", { name: "Find in the log" });
  await field.fill("needle");
  await expect(page.locator("#log-find-status")).toContainText("1");
  await field.press("Enter");
  await tell(job.id);
  await expect(page.getByRole("button", { name: /200 new lines/ })).toBeVisible();
  await expect(log.getByText("the needle", { exact: true })).toBeVisible();
  await verbs.killJob(job.id);
});
