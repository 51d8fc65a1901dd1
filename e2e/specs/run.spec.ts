import { tell, UNTIL_TOLD } from "../support/engine.ts";
import { signIn } from "../support/people.ts";
import { ADMIN } from "../support/server.ts";
import { expect, test } from "../support/world.ts";
import { SAMPLE, Verbs } from "../support/verbs.ts";

const stamp = () => Date.now().toString(36);

test("a job is started from the form and goes from pending to succeeded before one's eyes", { tag: "@both-hosts" }, async ({ page, verbs }) => {
  const name = `form-${stamp()}`;
  await page.goto("/jobs");
  await page.getByRole("link", { name: "New job" }).first().click();
  await page.getByLabel("Image").fill(SAMPLE);
  await page.getByLabel("Command").fill(`sh -c 'echo "$GREETING"; ${UNTIL_TOLD}'`);
  await page.getByRole("radio", { name: /cpu-small/ }).check();
  await page.getByRole("textbox", { name: "Name · optional" }).fill(name);
  await page.getByLabel("Tags").fill("made-by form");
  await page.getByLabel("Description").fill("What it is for");
  await page.getByRole("button", { name: "Add variable" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("GREETING");
  await page.getByRole("textbox", { name: "Value" }).fill("hello from the form");
  await page.getByLabel("Life span").fill("2h");
  await verbs.picture("run-form");
  await page.getByRole("button", { name: "Run job" }).click();

  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  const head = page.getByRole("main");
  await expect(head.getByText("Running").first()).toBeVisible();
  await expect(page).toHaveURL(/\/jobs\/job-[0-9a-f-]{36}$/);
  await tell(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  await expect(head.getByText("Succeeded").first()).toBeVisible();
  await expect(page.getByText("What it is for", { exact: true })).toBeVisible();
});

test("a name is judged as it is typed, by the server's rules", async ({ page }) => {
  await page.goto("/jobs/new");
  const name = page.getByRole("textbox", { name: "Name · optional" });
  for (const [typed, said] of [
    ["ab", "A name has 3 to 40 characters."],
    ["Abc", "A name begins with a lower-case Latin letter."],
    ["job-1", "A name cannot begin with"],
    ["a_bc", "is none of them"],
    ["a--b", "Hyphens stand singly"],
  ] as const) {
    await name.fill(typed);
    await expect(page.getByText(said)).toBeVisible();
  }
  await name.fill("good-name");
  await expect(page.getByText("Good name")).toBeVisible();
});

test("wrong fields are named, the first gets the focus, and nothing is sent", async ({ page }) => {
  let sent = 0;
  await page.route("**/api/v1/jobs", (route) => (route.request().method() === "POST" ? sent++ : 0, route.continue()));
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill("");
  await page.getByLabel("Command").fill("echo 'open");
  await page.getByLabel("HTTP port").fill("99999");
  await page.getByLabel("Life span").fill("soon");
  await page.getByRole("button", { name: "Run job" }).click();
  for (const said of ["Say which image to run.", "A quote is not closed.", "A port is a number from 1 to 65535.", "A time such as 30m"]) {
    await expect(page.getByText(said)).toBeVisible();
  }
  await expect(page.getByLabel("Image")).toBeFocused();
  expect(sent).toBe(0);
});

test("a name in use is refused at its field", async ({ page, verbs }) => {
  const name = `taken-${stamp()}`;
  const job = await verbs.runningJob({ name });
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill(SAMPLE);
  await page.getByRole("textbox", { name: "Name · optional" }).fill(name);
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page.getByText(new RegExp(`${name}.*`)).last()).toBeVisible();
  await expect(page).toHaveURL(/\/jobs\/new/);
  await verbs.killJob(job.id);
});

test("the form shows the same job as a command of the CLI", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill("ubuntu:24.04");
  await page.getByLabel("Command").fill("echo 'two words'");
  await page.getByRole("textbox", { name: "Name · optional" }).fill("as-command");
  const line = page.locator("pre").filter({ hasText: "run" });
  await expect(line).toContainText("--name as-command");
  await expect(line).toContainText("ubuntu:24.04");
  await expect(line).toContainText("'two words'");
});

test("what was typed survives leaving the page", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill("kept:image");
  await page.goto("/jobs");
  await page.goto("/jobs/new");
  await expect(page.getByLabel("Image")).toHaveValue("kept:image");
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByLabel("Image")).not.toHaveValue("kept:image");
});

test("an image that is not there is said at its field, which is shown", async ({ page }) => {
  await page.goto("/jobs/new");
  await page.getByLabel("Image", { exact: true }).fill("image:never-pushed:v1");
  await page.getByRole("button", { name: "Run job" }).click();
  await expect(page.getByText("There is no image 'image://default/")).toBeInViewport();
  await expect(page.getByLabel("Image", { exact: true })).toBeFocused();
});

test("Enter in a command of one line starts the job, and with Shift begins a line", { tag: "@one-width" }, async ({ page, verbs }) => {
  await page.goto("/jobs/new");
  await page.getByLabel("Image").fill(SAMPLE);
  const command = page.getByLabel("Command");
  await command.fill("echo one");
  await command.press("Shift+Enter");
  await expect(command).toHaveValue("echo one\n");
  await command.fill("true");
  await command.press("Enter");
  await expect(page).toHaveURL(/\/jobs\/job-/);
  expect((await verbs.job(new URL(page.url()).pathname.split("/").at(-1) ?? "")).container.command).toBe("true");
});

test("a member of two organisations sees the jobs of both, starts one in either, and runs it again where it ran", { tag: "@one-width" }, async ({ page, browser, server, viewport }) => {
  const mark = stamp();
  const [org, name] = [`other-${mark}`, `two-${mark}`];
  await server.addUser(name, "default", "writer");
  const headers = { "X-Roadstead": "1" };
  // A project of the same name as that in the first organisation.
  for (const [path, data] of [
    ["orgs", { name: org }],
    [`orgs/${org}/projects`, { name: "default", default_role: "manager", is_default: true }],
    [`orgs/${org}/members`, { user: name, role: "user" }],
  ] as const) {
    const answer = await page.request.post(`/api/v1/${path}`, { headers, data });
    expect(answer.status(), await answer.text()).toBe(201);
  }
  // Other specs know the administrator in one organisation.
  const left = await page.request.delete(`/api/v1/orgs/${org}/members/${ADMIN}?from=admin`, { headers });
  expect(left.status(), await left.text()).toBe(204);

  const member = await signIn(browser, server, viewport, name);
  const verbs = new Verbs(member.page);
  const near = await verbs.runJob({ command: "true", name: `near-${mark}` });
  expect(near.org).not.toBe(org);
  const form = member.page;
  await form.goto("/jobs/new");
  await form.getByLabel("Image").fill(SAMPLE);
  await form.getByLabel("Command").fill("true");
  await form.getByRole("textbox", { name: "Name · optional" }).fill(`far-${mark}`);
  await expect(form.getByLabel("Project", { exact: true })).toHaveValue(`${near.org}/default`);
  await form.getByLabel("Project", { exact: true }).selectOption({ label: `${org}/default` });
  await expect(form.locator("pre").filter({ hasText: "run" })).toContainText(`--org ${org}`);
  await form.getByRole("button", { name: "Run job" }).click();
  await expect(form).toHaveURL(/\/jobs\/job-/);
  const far = await verbs.job(new URL(form.url()).pathname.split("/").at(-1) ?? "");
  expect([far.org, far.project]).toEqual([org, "default"]);
  await verbs.waitForStatus(far.id, "succeeded", "failed");

  await form.goto(`/jobs?q=${mark}`);
  const links = form.getByRole("table", { name: "Jobs" }).getByRole("link");
  await expect(links).toHaveText([`far-${mark}`, `near-${mark}`]);
  await form.getByLabel("Organisation", { exact: true }).selectOption(org);
  await expect(links).toHaveText([`far-${mark}`]);
  await form.reload();
  await expect(links).toHaveText([`far-${mark}`]);
  await form.getByLabel("Organisation", { exact: true }).selectOption("All organisations");
  await expect(links).toHaveCount(2);

  await form.goto(`/jobs/${far.id}`);
  await form.getByRole("link", { name: "Run again" }).click();
  await expect(form.getByLabel("Project", { exact: true })).toHaveValue(`${org}/default`);
  await form.getByRole("button", { name: "Run job" }).click();
  await expect(form).toHaveURL(/\/jobs\/job-/);
  const again = await verbs.job(new URL(form.url()).pathname.split("/").at(-1) ?? "");
  expect(again.id).not.toBe(far.id);
  expect(again.org).toBe(org);
  await member.context.close();
});
