import { ADMIN } from "../support/server.ts";
import { join, signIn } from "../support/people.ts";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("an administrator adds an organisation and a project, adds a member, changes the role and removes them", { tag: "@both-hosts" }, async ({ page, browser, server, viewport, verbs }) => {
  const [org, project, name] = [`org-${stamp()}`, `proj-${stamp()}`, `memb-${stamp()}`];
  const member = await join(browser, server, viewport, name, "elsewhere", "writer");
  await page.goto("/people");
  await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await verbs.picture("people");
  await page.getByLabel("New organisation").fill("X");
  await page.getByRole("button", { name: "Add organisation" }).click();
  await expect(page.getByText(/is not a name/)).toBeVisible();
  await page.getByLabel("New organisation").fill(org);
  await page.getByRole("button", { name: "Add organisation" }).click();
  await expect(page.getByRole("heading", { name: org, level: 1 })).toBeVisible();
  await page.getByLabel("New project").fill(project);
  await page.getByRole("button", { name: "Add project" }).click();
  await expect(page.getByRole("heading", { name: `${org} / ${project}`, level: 1 })).toBeVisible();

  await page.getByLabel("User name").fill(name);
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByText(`${name} is not a member of organisation ${org}`, { exact: false })).toBeVisible();
  await page.goto(`/orgs/${org}`);
  await page.getByLabel("User name").fill(name);
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();

  await page.goto(`/orgs/${org}/${project}`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Role", { exact: true }).selectOption("reader");
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByText(`${name} is now reader of ${org}/${project}.`)).toBeVisible();
  await verbs.picture("project");
  await member.page.goto(`/orgs/${org}/${project}`);
  await expect(member.page.getByRole("row", { name: new RegExp(name) })).toContainText("reader");
  await expect(member.page.getByRole("button", { name: "Add member" })).toBeHidden();

  await page.getByLabel(`Role of ${name}`).selectOption("writer");
  await expect(page.getByText(`${name} is now writer of ${org}/${project}.`)).toBeVisible();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeHidden();
  await page.getByRole("button", { name: "Remove project" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove project" }).click();
  await expect(page).toHaveURL(new RegExp(`/orgs/${org}$`));
  await page.getByRole("button", { name: "Remove organisation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove organisation" }).click();
  await expect(page).toHaveURL(/\/people$/);
  await expect(page.getByRole("link", { name: org, exact: true })).toBeHidden();
  await member.context.close();
});

test("the form for members begins anew after each: the next one does not get the role of the one before", async ({ page, server }) => {
  const [first, second, project] = [`first-${stamp()}`, `second-${stamp()}`, `form-${stamp()}`];
  for (const name of [first, second]) await server.addUser(name, "default", "reader");
  await server.addUser(`owner-${project}`, project, "manager");
  await page.goto(`/orgs/main/${project}`);
  const [user, role] = [page.getByLabel("User name"), page.getByLabel("Role", { exact: true })];
  await expect(role).toBeVisible();
  const usual = await role.inputValue();
  expect(usual).not.toBe("manager");
  await user.fill(first);
  await role.selectOption("manager");
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByText(`${first} is now manager of main/${project}.`)).toBeVisible();
  await expect(user).toHaveValue("");
  await expect(role).toHaveValue(usual);
  await user.fill(second);
  await user.press("Enter");
  await expect(page.getByText(`${second} is now ${usual} of main/${project}.`)).toBeVisible();
});

test("the last manager of a project stays, in words", async ({ page, server, verbs }) => {
  const name = `last-${stamp()}`;
  await server.addUser(name, `only-${name}`, "manager");
  await page.goto(`/orgs/main/only-${name}`);
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${name} is the last manager of project main/only-${name}.`, { exact: false })).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
  await verbs.picture("last-manager");
});

test("of two administrators who edit at once the second is told what the first did", async ({ page, browser, server, viewport }) => {
  const name = `edit-${stamp()}`;
  await server.addUser(name, "default", "writer");
  const other = await signIn(browser, server, viewport, ADMIN);
  for (const one of [page, other.page]) {
    await one.goto("/orgs/main/default");
    await expect(one.getByLabel(`Role of ${name}`)).toHaveValue("writer");
  }
  await other.page.getByLabel(`Role of ${name}`).selectOption("manager");
  await expect(other.page.getByText(`${name} is now manager of main/default.`)).toBeVisible();
  await page.getByLabel(`Role of ${name}`).selectOption("reader");
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText(`somebody else has made ${name} manager`, { exact: false })).toBeVisible();
  await expect(page.getByLabel(`Role of ${name}`)).toHaveValue("manager");
  await other.context.close();
});

test("a role is lowered only after a question, and can be given back; the own one is asked about too", { tag: "@one-width" }, async ({ page, browser, server, viewport }) => {
  const [name, project] = [`low-${stamp()}`, `low-${stamp()}`];
  await server.addUser(name, project, "manager");
  await page.goto(`/orgs/main/${project}`);
  const role = page.getByLabel(`Role of ${name}`);
  const asked = page.getByRole("dialog", { name: `Make ${name} writer of main/${project}?` });
  // The last manager stays.
  const other = await join(browser, server, viewport, `own-${stamp()}`, project, "manager");
  await role.selectOption("writer");
  await expect(asked.getByText(`${name} is manager now`, { exact: false })).toBeVisible();
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(role).toHaveValue("manager");
  await role.selectOption("writer");
  await asked.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText(`${name} is now writer of main/${project}.`)).toBeVisible();
  await expect(role).toHaveValue("writer");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("The change is taken back.")).toBeVisible();
  await expect(role).toHaveValue("manager");

  await other.page.goto(`/orgs/main/${project}`);
  const own = other.page.getByLabel(`Role of ${other.name}`);
  await own.selectOption("writer");
  await expect(other.page.getByRole("dialog").getByText("This is your own place", { exact: false })).toBeVisible();
  await other.page.keyboard.press("Escape");
  await expect(own).toHaveValue("manager");
  await other.context.close();
});

test("who looks after nobody sees the own organisations and is told why there is no more", async ({ browser, server, viewport }) => {
  const plain = await join(browser, server, viewport, `plain-${stamp()}`, "elsewhere", "writer");
  await plain.page.goto("/people");
  await expect(plain.page.getByRole("link", { name: "main", exact: true })).toBeVisible();
  await expect(plain.page.getByText("Only administrators see everybody")).toBeVisible();
  await expect(plain.page.getByLabel("New organisation")).toBeHidden();
  await plain.page.goto(`/people/${ADMIN}`);
  await expect(plain.page.getByText("This person cannot be shown")).toBeVisible();
  await plain.context.close();
});

test("everybody is found by name, and one leads to their places", async ({ page, server }) => {
  const name = `find-${stamp()}`;
  await server.addUser(name, "default", "reader");
  await page.goto("/people");
  await page.getByRole("searchbox").fill(name);
  await expect(page.getByText("1 person")).toBeVisible();
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("link", { name: "main / default", exact: true })).toBeVisible();
});

test("from people and from a person one gets to what they can reach", async ({ page, server }) => {
  const name = `reach-${stamp()}`;
  await server.addUser(name, "default", "reader");
  await page.goto(`/people?q=${name}`);
  await page.getByRole("link", { name: `What ${name} can reach` }).click();
  await expect(page).toHaveURL(new RegExp(`/audit\\?person=${name}$`));
  await expect(page.getByRole("heading", { name: `What ${name} can reach` })).toBeVisible();
  await page.goto(`/people/${name}`);
  await page.getByRole("link", { name: "What they can reach" }).click();
  await expect(page).toHaveURL(new RegExp(`/audit\\?person=${name}$`));
});

test("the account that reads for links is no person, and says so before it is removed", async ({ page, server, verbs }) => {
  const reader = server.linksReader;
  await page.goto("/people");
  await expect(page.getByRole("row", { name: `${reader} nobody: reads the jobs that have links` })).toBeVisible();
  await page.goto("/orgs/main");
  await page.getByRole("button", { name: `Remove ${reader}` }).click();
  const asked = page.getByRole("dialog");
  await expect(asked.getByText("Links to jobs may show nothing until it is a member again.")).toBeVisible();
  await verbs.picture("links-reader");
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("row", { name: reader })).toBeVisible();
});
