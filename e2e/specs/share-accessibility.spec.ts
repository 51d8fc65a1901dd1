import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../support/world.ts";

const stamp = () => Date.now().toString(36);

for (const [name, path] of [
  ["shared-with-me", "/shared"],
  ["shared-by-me", "/shared?view=by-me"],
  ["roles", "/shared?view=roles"],
  ["people", "/people"],
  ["org", "/orgs/main"],
  ["project", "/orgs/main/default"],
  ["person", "/people/admin"],
] as const) {
  test(`${name}`, async ({ page, verbs }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("main .skeleton")).toHaveCount(0);
    await verbs.picture(`axe-${name}`);
    await verbs.expectAccessible();
  });
}

test("the dialog that shares, in both themes", async ({ page, shelf, verbs }) => {
  const repository = `${shelf.project}/axe-share-${stamp()}`;
  await shelf.registry.push(repository, ["v1"]);
  for (const theme of ["Light", "Dark"] as const) {
    await page.goto(`/images/${encodeURIComponent(repository)}?tag=v1`);
    await verbs.chooseTheme(theme);
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("User or role").fill("somebody");
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog.getByText("somebody gains read")).toBeVisible();
    await verbs.picture(`axe-share-${theme.toLowerCase()}`);
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
  }
});
