import { ADMIN } from "../support/server.ts";
import { Cli, join } from "../support/people.ts";
import { expect, test } from "../support/world.ts";
import { SAMPLE } from "../support/verbs.ts";

const stamp = () => Date.now().toString(36);

test("a job is killed from its page, once confirmed, and then says why it cannot be killed", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runningJob({ name: `kill-${stamp()}` });
  await page.goto(`/jobs/${job.id}`);
  const kill = page.getByRole("button", { name: "Kill", exact: true });
  await kill.click();
  const dialog = page.getByRole("dialog", { name: `Kill ${job.name}?` });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  expect((await verbs.job(job.id)).status).toBe("running");
  await kill.click();
  await dialog.getByRole("button", { name: "Kill", exact: true }).click();
  await expect(page.getByRole("main").getByText("Cancelled").first()).toBeVisible();
  await expect(kill).toHaveAttribute("aria-disabled", "true");
  await expect(kill).toHaveAttribute("aria-description", /.+/);
});

test("a job that was shared is live, and is shown no more once it is not shared", { tag: ["@both-hosts", "@one-width"] }, async ({ page, browser, server, viewport, request, verbs }) => {
  const job = await verbs.runningJob({ name: `shared-${stamp()}` });
  const name = `guest-${stamp()}`;
  const guest = await join(browser, server, viewport, name, "elsewhere", "writer");
  const owner = new Cli(request, server, ADMIN);
  await owner.share(job.uri, name, "read");
  await guest.page.goto(`/jobs/${job.id}`);
  const main = guest.page.getByRole("main");
  await expect(main.getByText("Running").first()).toBeVisible();
  await expect(main.getByText("Live", { exact: true })).toBeVisible();
  await owner.revoke(job.uri, name);
  await expect(main.getByText("The job cannot be shown").or(main.getByText("There is no such job"))).toBeVisible();
  await expect(main.getByText("Running")).toHaveCount(0);
  await guest.context.close();
  await page.goto(`/jobs/${job.id}`);
  await expect(page.getByRole("main").getByText("Running").first()).toBeVisible();
  await verbs.killJob(job.id);
});

test("a job is run again with changes", async ({ page, verbs }) => {
  const name = `again-${stamp()}`;
  const job = await verbs.runJob({ command: "sh -c 'echo first'", name, tags: ["kept"], env: { KEPT: "yes" } });
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("link", { name: "Run again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Run again with changes" })).toBeVisible();
  await expect(page.getByLabel("Image")).toHaveValue(SAMPLE);
  await expect(page.getByLabel("Tags")).toHaveValue("kept");
  await expect(page.getByRole("textbox", { name: "Value" })).toHaveValue("yes");
  await page.getByLabel("Command").fill("sh -c 'echo second run'");
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page).not.toHaveURL(new RegExp(job.id));
  await page.getByRole("tab", { name: "Logs" }).click();
  await expect(page.getByRole("log").getByText("second run", { exact: true })).toBeVisible();
});

test("a command and a value of several lines keep them when their job is run again with changes", { tag: "@one-width" }, async ({ page, verbs }) => {
  const command = "sh -c 'set -e\necho first\necho second'";
  const key = "-----BEGIN KEY-----\nabc\n-----END KEY-----";
  const job = await verbs.runJob({ command, env: { KEY: key } });
  await page.goto(`/jobs/new?from=${job.id}`);
  const [typed, value] = [page.getByLabel("Command"), page.getByRole("textbox", { name: "Value" })];
  await expect(typed).toHaveValue(command);
  await expect(value).toHaveValue(key);
  await typed.press("Control+End");
  await typed.press("x");
  await typed.press("Enter");
  await typed.press("y");
  await value.press("Control+End");
  await value.press("z");
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page).toHaveURL(/\/jobs\/job-/);
  const again = await verbs.job(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  expect(again.id).not.toBe(job.id);
  expect(again.container.command).toBe(`${command}x\ny`);
  expect(again.container.env.KEY).toBe(`${key}z`);
});

test("a job's page changes its language while one looks at it", async ({ page, verbs }) => {
  const job = await verbs.runJob({ command: "true", name: `tongue-${stamp()}` });
  await verbs.waitForStatus(job.id, "succeeded");
  await page.goto(`/jobs/${job.id}`);
  await expect(page.getByRole("heading", { name: "Details" })).toBeVisible();
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await expect(page.getByRole("button", { name: "Копировать" }).first()).toBeVisible();
  await page.getByRole("button", { name: "Язык" }).click();
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("button", { name: "Copy", exact: true }).first()).toBeVisible();
});

test("the story tells each transition with its reason", async ({ page, verbs }) => {
  const job = await verbs.runScript("exit 9");
  await verbs.waitForStatus(job.id, "failed");
  await page.goto(`/jobs/${job.id}`);
  const story = page.getByRole("region", { name: "What happened" }).or(page.locator(".job-section", { hasText: "What happened" })).first();
  await expect(story.getByText("Pending").first()).toBeVisible();
  await expect(story.getByText("Failed").first()).toBeVisible();
  await expect(page.getByRole("main").getByText("9", { exact: true }).first()).toBeVisible();
});

test("what goes wrong is said in words: memory, image, command", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  test.setTimeout(180_000);
  const memory = await verbs.runScript("tail /dev/zero");
  const command = await verbs.runJob({ command: "/no/such/program" });
  await verbs.waitForStatus(command.id, "failed");
  await page.goto(`/jobs/${command.id}`);
  await expect(page.getByText("The container could not start its command.").first()).toBeVisible();
  await verbs.waitForStatus(memory.id, "failed");
  await page.goto(`/jobs/${memory.id}`);
  await expect(page.getByText("It used more memory than its preset allows").first()).toBeVisible();
  const image = await verbs.runJob({ image: "127.0.0.1:9/no/such:image" });
  await page.goto(`/jobs/${image.id}`);
  await expect(page.getByText("The image cannot be fetched.").first()).toBeVisible();
  await verbs.killJob(image.id);
});

test("an HTTP port has an address that opens", { tag: "@both-hosts" }, async ({ page, verbs, context }) => {
  const job = await verbs.runScript("mkdir /www && echo served from inside > /www/index.html && httpd -f -p 8000 -h /www", { http_port: 8000 });
  await verbs.waitForStatus(job.id, "running");
  await page.goto(`/jobs/${job.id}`);
  const [opened] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Open the job's HTTP address" }).click()]);
  await expect(opened.getByText("served from inside")).toBeVisible();
  await verbs.killJob(job.id);
});

test("CPU and memory are drawn live, and a point of time leads to its lines", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runScript("while true; do echo working; sleep 1; done");
  await verbs.waitForStatus(job.id, "running");
  await page.goto(`/jobs/${job.id}/telemetry`);
  await expect(page.getByRole("heading", { name: "CPU", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Memory", exact: true })).toBeVisible();
  await expect(page.getByRole("slider", { name: /^Memory, last/ })).toBeVisible();
  await expect(page.getByText(/peak [1-9]/).first()).toBeVisible();
  await verbs.picture("telemetry");
  await verbs.killJob(job.id);
  await expect(page.getByRole("main").getByText("Cancelled").first()).toBeVisible();
});

test("a terminal in the job answers, knows its size, and ends with its shell", { tag: "@both-hosts" }, async ({ page, verbs, viewport }) => {
  const job = await verbs.runningJob();
  await page.goto(`/jobs/${job.id}/terminal`);
  const screen = page.locator(".xterm-rows");
  await expect(screen).toBeVisible();
  await page.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type("echo sum-$((40+2)); stty size\n");
  await expect(screen).toContainText("sum-42");
  if ((viewport?.width ?? 0) > 600) await expect(screen).toContainText(/\d{2} 1\d\d/);
  // Keys whose names are cut off would be told apart by nobody; there are more of them than a phone is wide.
  for (const key of await page.locator(".term-key:visible").all()) {
    expect(await key.evaluate((key) => key.scrollWidth - key.clientWidth)).toBeLessThanOrEqual(0);
  }
  await verbs.picture("terminal");
  await page.keyboard.type("exit\n");
  await expect(page.getByRole("button", { name: /again|new|open/i }).first()).toBeVisible();
  await verbs.killJob(job.id);
});

test("a shell goes on while other views of its job are looked at", { tag: ["@both-hosts", "@one-width"] }, async ({ page, verbs }) => {
  const job = await verbs.runningJob();
  await page.goto(`/jobs/${job.id}/terminal`);
  const rows = page.locator(".xterm-rows");
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await page.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type("kept=still-$((40+2)); echo set-$((1+1))\n");
  await expect(rows).toContainText("set-2");
  const before = (await page.locator(".xterm-screen").boundingBox())!;

  for (const tab of ["Logs", "Telemetry", "Overview"]) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.getByRole("tab", { name: tab })).toHaveAttribute("aria-selected", "true");
    await expect(rows).toBeHidden();
  }
  await page.setViewportSize({ width: 1200, height: 1100 });
  await page.getByRole("tab", { name: "Terminal" }).click();
  await expect(rows).toContainText("set-2");
  await expect(page.locator(".xterm-helper-textarea")).toBeFocused();
  await page.keyboard.type("echo $kept\n");
  await expect(rows).toContainText("still-42");
  // It is as large as the window is by now, and no larger.
  await expect.poll(async () => (await page.locator(".xterm-screen").boundingBox())!.height).toBeGreaterThan(before.height);
  await expect.poll(async () => page.locator(".term").evaluate((term) => window.innerHeight - term.getBoundingClientRect().bottom)).toBeGreaterThanOrEqual(0);
  await page.getByRole("tab", { name: "Logs" }).click();
  await page.goBack();
  await expect(rows).toContainText("still-42");
  await verbs.killJob(job.id);
});

test("who leaves a job's page with a live shell is asked, by link, by key and on the way back", { tag: "@one-width" }, async ({ page, verbs }) => {
  const job = await verbs.runningJob({ name: `shell-${stamp()}` });
  await page.goto("/jobs");
  await page.getByRole("link", { name: job.name! }).click();
  await page.getByRole("tab", { name: "Terminal" }).click();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await page.getByRole("tab", { name: "Telemetry" }).click();
  const dialog = page.getByRole("dialog", { name: "End the shell?" });
  const stays = async () => {
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
    await expect(page).toHaveURL(`/jobs/${job.id}/telemetry`);
    await expect(page.getByRole("tab", { name: "Telemetry" })).toHaveAttribute("aria-selected", "true");
  };
  await page.getByRole("navigation").getByRole("link", { name: "Images" }).click();
  await stays();
  await page.getByRole("tab", { name: "Telemetry" }).focus();
  await page.keyboard.press("g");
  await stays();
  // Two steps back are views of the job, the third is the list.
  await page.evaluate(() => history.go(-3));
  await stays();

  await page.getByRole("tab", { name: "Terminal" }).click();
  await expect(page.locator(".xterm-rows")).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Images" }).click();
  await dialog.getByRole("button", { name: "Leave" }).click();
  await expect(page).toHaveURL("/images");
  await page.goBack();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await page.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type("exit\n");
  await expect(page.getByText(/^Ended with exit code/)).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Images" }).click();
  await expect(page).toHaveURL("/images");
  await verbs.killJob(job.id);
});

test("an unknown job and another's job look the same: not there", async ({ page }) => {
  await page.goto("/jobs/job-00000000-0000-0000-0000-000000000000");
  await expect(page.getByRole("heading", { name: "There is no such job" })).toBeVisible();
});

test("the life span is lengthened from the page", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const job = await verbs.runningJob({ life_span_minutes: 60 });
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("button", { name: "Extend life span" }).click();
  await page.getByRole("menuitem", { name: "6 hours" }).click();
  await expect(page.getByText(/The life span is now 7/)).toBeVisible();
  await verbs.killJob(job.id);
});
