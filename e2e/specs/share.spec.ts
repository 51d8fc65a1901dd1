import type { Page } from "@playwright/test";
import { ADMIN } from "../support/server.ts";
import { Cli, join } from "../support/people.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);
const dialog = (page: Page) => page.getByRole("dialog");
const holder = (page: Page, name: string) => dialog(page).getByRole("listitem").filter({ has: page.getByText(name, { exact: true }) }).first();

/** Opens the dialog on an image's page. */
async function openShare(page: Page, repository: string): Promise<void> {
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog(page).getByRole("heading", { name: "Who has access" })).toBeVisible();
}

/** Notes a grant in the open dialog. */
async function add(page: Page, who: string, as: "read" | "write" | "manage"): Promise<void> {
  await dialog(page).getByLabel("User or role").fill(who);
  await dialog(page).getByLabel("May", { exact: true }).selectOption(as);
  await dialog(page).getByRole("button", { name: "Add" }).click();
}

test("a grant made in the console is seen by the colleague and by the command line, and is taken back with one click", { tag: "@both-hosts" }, async ({ page, browser, server, shelf, viewport, request, verbs }) => {
  const name = `col-${stamp()}`;
  const colleague = await join(browser, server, viewport, name, "elsewhere", "writer");
  const repository = `${shelf.project}/shared-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  const uri = `image://default/${repository}`;
  const refused = await colleague.page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  expect(refused?.ok()).toBe(true);
  await expect(colleague.page.getByRole("button", { name: "Share", exact: true })).toBeHidden();

  await openShare(page, repository);
  await expect(dialog(page).getByText("pull, run and download the image")).toBeVisible();
  await expect(holder(page, ADMIN)).toContainText("through role default/admin");
  await add(page, name, "write");
  await expect(dialog(page).getByText(`${name} gains write`)).toBeVisible();
  await expect(dialog(page).getByText("also push and delete its tags")).toBeVisible();
  await verbs.picture("share-noted");
  expect(await new Cli(request, server, name).granted(), "nothing is saved yet").not.toContain(`${uri} write`);
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/Access to shared-.* is changed/)).toBeVisible();
  await expect(holder(page, name)).toContainText(`granted here by ${ADMIN}`);
  expect(await new Cli(request, server, name).granted()).toContain(`${uri} write`);
  expect(await new Cli(request, server, ADMIN).shared()).toContain(`${uri} write ${name}`);

  await colleague.page.goto("/shared");
  await expect(colleague.page.getByRole("link", { name: uri })).toBeVisible();
  await colleague.page.getByRole("link", { name: uri }).click();
  await expect(colleague.page.getByRole("heading", { level: 1 })).toBeVisible();

  await holder(page, name).getByRole("button", { name: /Revoke/ }).click();
  await expect(dialog(page).getByText(`${name} loses write`)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect.poll(() => new Cli(request, server, name).granted()).not.toContain(`${uri} write`);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("The change is taken back.")).toBeVisible();
  expect(await new Cli(request, server, name).granted()).toContain(`${uri} write`);
  await colleague.context.close();
});

test("a grant of the command line is seen in the dialog and among what I share, and revoked there", async ({ page, browser, server, shelf, viewport, request }) => {
  const name = `cli-${stamp()}`;
  const colleague = await join(browser, server, viewport, name, "elsewhere", "writer");
  const repository = `${shelf.project}/by-cli-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  const uri = `image://default/${repository}`;
  const cli = new Cli(request, server, ADMIN);
  await cli.share(uri, name, "read");
  await openShare(page, repository);
  await expect(holder(page, name)).toContainText(`read: granted here by ${ADMIN}`);
  await page.keyboard.press("Escape");
  await page.goto(`/shared?view=by-me&q=${name}`);
  await expect(page.getByRole("link", { name: uri })).toBeVisible();
  await page.getByRole("button", { name: `Revoke what is granted to ${name}` }).click();
  await expect(page.getByText("You share nothing").or(page.getByText("Nothing matches"))).toBeVisible();
  expect(await cli.shared()).not.toContain(`${uri} read ${name}`);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: uri })).toBeVisible();
  expect(await cli.shared()).toContain(`${uri} read ${name}`);
  await cli.revoke(uri, name);
  await page.reload();
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await colleague.context.close();
});

test("nobody, oneself, unknown people and look-alikes each have their message", async ({ page, shelf }) => {
  const repository = `${shelf.project}/slips-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await openShare(page, repository);
  await expect(dialog(page).getByRole("button", { name: "Save" })).toHaveAttribute("aria-description", "Nothing is changed yet.");
  await dialog(page).getByRole("button", { name: "Add" }).click();
  await expect(dialog(page).getByText("Say who: the name of a user or a role.")).toBeVisible();
  await add(page, ADMIN, "read");
  await expect(dialog(page).getByText("You cannot share with yourself")).toBeVisible();
  await add(page, "ghost", "read");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page).getByText("No such user ghost")).toBeVisible();
  await holder(page, "ghost").getByRole("button", { name: /Keep/ }).click();
  await add(page, "adm\u0456n", "read");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page).getByText("U+0456").first()).toBeVisible();
});

test("what comes from the project leads there, and who may not share sees only the own access", async ({ page, browser, server, shelf, viewport }) => {
  const name = `read-${stamp()}`;
  const project = shelf.project.split("/").at(-1) ?? "";
  const reader = await join(browser, server, viewport, name, project, "reader");
  const repository = `${shelf.project}/parent-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await openShare(page, repository);
  await expect(holder(page, name)).toContainText(`member of project ${shelf.project} as reader`);
  await expect(holder(page, name).getByRole("button", { name: /Revoke/ })).toBeHidden();
  await holder(page, name).getByRole("link", { name: "Change it there" }).click();
  await expect(page).toHaveURL(new RegExp(`/orgs/${shelf.project}`));
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole("heading", { name: "Members" })).toBeVisible();

  await openShare(reader.page, repository);
  await expect(dialog(reader.page).getByText("You may not share this.")).toBeVisible();
  await expect(dialog(reader.page).getByText(ADMIN, { exact: true })).toBeHidden();
  await expect(dialog(reader.page).getByRole("button", { name: "Save" })).toBeHidden();
  await reader.context.close();
});

test("of two who share at once the second is told, and sees what the first did", async ({ page, browser, server, shelf, viewport, request }) => {
  const name = `two-${stamp()}`;
  const colleague = await join(browser, server, viewport, name, "elsewhere", "writer");
  const repository = `${shelf.project}/race-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await openShare(page, repository);
  await add(page, name, "write");
  await expect(dialog(page).getByText(`${name} gains write`)).toBeVisible();
  await new Cli(request, server, ADMIN).share(`image://default/${repository}`, name, "read");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page).getByText(/Nothing was changed: .* has read/)).toBeVisible();
  await expect(dialog(page).getByText(`${name} gains write instead of read`)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(holder(page, name).getByRole("combobox")).toHaveValue("write");
  await colleague.context.close();
});

test("a job and a project are shared from their pages", async ({ page, browser, server, shelf, viewport, request, verbs }) => {
  const name = `job-${stamp()}`;
  const colleague = await join(browser, server, viewport, name, "elsewhere", "writer");
  const job = await verbs.runScript("true");
  await page.goto(`/jobs/${job.id}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog(page).getByText("see the job, its log and telemetry")).toBeVisible();
  await dialog(page).getByLabel("User or role").fill(name);
  // The first click only notes the name.
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(dialog(page).getByText(`${name} gains read`).first()).toBeVisible();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(holder(page, name)).toContainText("granted here");
  await colleague.page.goto(`/jobs/${job.id}`);
  await expect(colleague.page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.goto(`/orgs/${shelf.project}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await add(page, name, "read");
  await expect(dialog(page).getByText(`${name} gains read on image://default/${shelf.project}`)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(holder(page, name)).toContainText("granted here");
  const granted = await new Cli(request, server, name).granted();
  expect(granted).toContain(`image://default/${shelf.project} read`);
  expect(granted).toContain(`job://default/${shelf.project} read`);
  await holder(page, name).getByRole("button", { name: /Revoke/ }).click();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(holder(page, name)).toBeHidden();
  await colleague.context.close();
});

test("Enter on a name shows what the grant would lead to, and saves nothing yet", { tag: "@one-width" }, async ({ page, server, shelf, request }) => {
  const name = `boss-${stamp()}`;
  await server.addUser(name, "elsewhere", "writer");
  const repository = `${shelf.project}/lowered-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  const uri = `image://default/${repository}`;
  await new Cli(request, server, ADMIN).share(uri, name, "manage");
  await openShare(page, repository);
  await dialog(page).getByLabel("User or role").fill(name);
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByText(`${name} keeps read and loses manage`)).toBeVisible();
  await expect(dialog(page).getByLabel("User or role")).toHaveValue("");
  expect(await new Cli(request, server, name).granted(), "nothing is saved yet").toContain(`${uri} manage`);
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/Access to lowered-.* is changed/)).toBeVisible();
  expect(await new Cli(request, server, name).granted()).toContain(`${uri} read`);
});

test("a role is added, filled, given and removed", async ({ page, browser, server, shelf, viewport, request, verbs }) => {
  const name = `role-${stamp()}`;
  const colleague = await join(browser, server, viewport, name, "elsewhere", "writer");
  const repository = `${shelf.project}/of-role-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  const role = `${ADMIN}/roles/r-${stamp()}`;
  await page.goto("/shared?view=roles");
  await page.getByLabel("New role").fill(role);
  await page.getByRole("button", { name: "Add role" }).click();
  await expect(page.getByRole("heading", { name: role, level: 1 })).toBeVisible();
  await new Cli(request, server, ADMIN).share(`image://default/${repository}`, role, "read");
  await page.getByRole("button", { name: "Give the role" }).click();
  await add(page, name, "read");
  await expect(dialog(page).getByText(`${name} gains read on image://default/${repository}`)).toBeVisible();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await expect(holder(page, name)).toContainText("granted here");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("region", { name: "Who has it" }).or(page.locator("main"))).toContainText(name);
  await verbs.picture("role");
  await colleague.page.goto("/shared");
  await expect(colleague.page.getByRole("row", { name: new RegExp(repository) })).toContainText(`through role ${role}`);
  await page.getByRole("button", { name: "Remove role" }).click();
  await dialog(page).getByRole("button", { name: "Remove role" }).click();
  await expect(page).toHaveURL(/view=roles/);
  await colleague.page.reload();
  await expect(colleague.page.getByText(repository)).toBeHidden();
  await colleague.context.close();
});

test("the dialog is used by keyboard alone and gives the focus back", async ({ page, shelf }) => {
  const repository = `${shelf.project}/keys-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  const share = page.getByRole("button", { name: "Share", exact: true });
  await share.focus();
  await page.keyboard.press("Enter");
  const who = dialog(page).getByLabel("User or role");
  await who.focus();
  await page.keyboard.type("nobody-here");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(share).toBeFocused();
});

test("in Russian the dialog speaks Russian", async ({ page, shelf }) => {
  const repository = `${shelf.project}/ru-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await page.getByRole("button", { name: "Поделиться" }).click();
  await expect(dialog(page).getByRole("heading", { name: "У кого есть доступ" })).toBeVisible();
  await expect(dialog(page).getByText("скачивать и запускать образ")).toBeVisible();
});
