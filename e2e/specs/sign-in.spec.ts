import { Edge } from "../support/edge.ts";
import { expect, test } from "../support/world.ts";

test("a one-time link signs in, leaves the address at once, and works only once", { tag: "@both-hosts" }, async ({ visitor, server, browser }) => {
  const link = await server.link();
  await visitor.goto(link);
  await expect(visitor.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
  expect(visitor.url()).not.toContain("code=");

  const another = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const second = await another.newPage();
  await second.goto(link);
  await expect(second.getByText("was already used or is older than 15 minutes")).toBeVisible();
  await another.close();
});

test("a pasted token signs in, and the page never keeps it", { tag: "@both-hosts" }, async ({ visitor, server }) => {
  const token = await server.token();
  await visitor.goto("/");
  await visitor.getByLabel("Platform token").fill(token);
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await expect(visitor.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();

  const kept = await visitor.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toContain(token.split(".")[2]);
  const [cookie] = await visitor.context().cookies();
  expect(cookie).toMatchObject({ name: "roadstead_session", httpOnly: true, sameSite: "Strict", path: "/" });
  expect(cookie?.value).not.toContain(token.split(".")[1]);
});

test("a name and a password sign in at the cluster's own page, and lead back to the page asked for", async ({ visitor, server }) => {
  test.skip(Edge.isWanted, "`roadstead up` sends who signs in to its own console alone; `roadstead cluster --console-url` would");
  const password = "correct horse battery";
  const name = `pat-${visitor.viewportSize()?.width}`;
  await server.addUser(name, "default", "writer");
  await server.setPassword(name, password);
  await visitor.goto("/jobs/new");
  await visitor.getByRole("button", { name: "Continue with your password" }).click();
  await expect(visitor.getByText("to go on in the console")).toBeVisible();
  await visitor.getByLabel("User name").fill(name);
  await visitor.getByLabel("Password").fill("a wrong guess");
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await expect(visitor.getByRole("alert")).toContainText("do not belong together");
  await visitor.getByLabel("Password").fill(password);
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await expect(visitor.getByRole("heading", { name: "New job", level: 1 })).toBeVisible();
  expect(visitor.url()).toBe(`${server.url}/jobs/new`);
});

test("what cannot be a token is not sent, and a forged one is refused in words", async ({ visitor }) => {
  await visitor.goto("/sign-in");
  const field = visitor.getByLabel("Platform token");
  const submit = visitor.getByRole("button", { name: "Sign in" });
  await submit.click();
  await expect(visitor.getByText("Paste a token first.")).toBeVisible();
  await field.fill("not a token");
  await submit.click();
  await expect(visitor.getByText("This does not look like a platform token")).toBeVisible();
  await field.fill("eyJhbGciOiJIUzI1NiJ9.eyJpZGVudGl0eSI6ImFkbWluIn0.AAAA");
  await submit.click();
  await expect(visitor.getByText("The platform does not accept this token.")).toBeVisible();
});

test("a page that was asked for comes after signing in", async ({ visitor, server }) => {
  await visitor.goto("/jobs/new");
  await visitor.getByLabel("Platform token").fill(await server.token());
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await expect(visitor.getByRole("heading", { name: "New job", level: 1 })).toBeVisible();
});

test("signing out ends the session", { tag: "@both-hosts" }, async ({ visitor, server }) => {
  await visitor.goto(await server.link());
  await visitor.getByRole("button", { name: "Account" }).click();
  await visitor.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(visitor.getByRole("heading", { name: "Sign in to Roadstead" })).toBeVisible();
  await visitor.reload();
  await expect(visitor.getByRole("heading", { name: "Sign in to Roadstead" })).toBeVisible();
});

test("the language can be changed and is remembered", async ({ page }) => {
  await page.goto("/jobs");
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await expect(page.getByRole("heading", { name: "Задания", level: 1 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Задания", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
});
