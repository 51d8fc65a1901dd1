import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

test("images list", async ({ page, shelf, verbs }) => {
  await shelf.registry.push(`${shelf.project}/axe-${stamp()}`, ["v1"]);
  await page.goto("/images?project=*");
  await expect(page.getByRole("table", { name: "Images" }).getByRole("link").first()).toBeVisible();
  await verbs.picture("images");
  await verbs.expectAccessible();
});

test("images list without images", async ({ page, verbs }) => {
  await page.route("**/api/v1/images?*", (route) => route.fulfill({ json: { items: [] } }));
  await page.goto("/images");
  await expect(page.getByText("No images here yet")).toBeVisible();
  await verbs.picture("images-empty");
  await verbs.expectAccessible();
});

for (const view of ["layers", "config", "commands", "access", "jobs"]) {
  test(`image page, ${view}`, async ({ page, shelf, verbs }) => {
    const repository = `${shelf.project}/axe-${view}-${stamp()}`;
    await shelf.registry.push(repository, ["v1", "v2"], { env: ["A=1"], labels: { a: "b" } });
    await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1&view=${view}`);
    await expect(page.getByRole("tabpanel").getByRole("heading").first()).toBeVisible();
    await verbs.picture(`image-${view}`);
    await verbs.expectAccessible();
  });
}

test("the dialogs that delete and copy", async ({ page, shelf }) => {
  const { AxeBuilder } = await import("@axe-core/playwright");
  const repository = `${shelf.project}/axe-d-${stamp()}`;
  await shelf.registry.push(repository, ["v1", "v2"]);
  const inDialog = async () => {
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    return violations.map(({ id }) => id);
  };
  await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await inDialog()).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("button", { name: "Delete" })).toBeFocused();
});
