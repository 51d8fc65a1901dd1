import { expect, test } from "../support/world.ts";

const views = [
  ["rights", "/audit?roles=1"],
  ["grants", "/audit/grants"],
  ["history", "/audit/history"],
  ["compare", "/audit/compare?from=2026-01-01T00:00"],
  ["person", "/audit?person=admin"],
] as const;

for (const [name, path] of views) {
  test(`audit, ${name}`, async ({ page, shelf, verbs }) => {
    await shelf.registry.push(`${shelf.project}/axe-audit`, ["v1"]);
    await page.goto(path);
    await expect(page.getByRole("tabpanel")).toContainText(/admin|axe-audit/);
    await verbs.picture(`audit-${name}`);
    await verbs.expectAccessible();
  });
}

test("audit, nothing there", async ({ page, verbs }) => {
  const done = { type: "done", cluster: "default", whole: false, gathered_at: "2026-11-28T10:00:00Z", gaps: ["people"], capability: { history: false, atomic: false } };
  await page.route("**/api/v1/audit", (route) => route.fulfill({ contentType: "application/x-ndjson", body: `${JSON.stringify(done)}\n` }));
  await page.goto("/audit");
  await expect(page.getByText("There are no images to audit")).toBeVisible();
  await verbs.picture("audit-empty");
  await verbs.expectAccessible();
});

test("audit, where a right comes from", async ({ page, shelf }) => {
  const { AxeBuilder } = await import("@axe-core/playwright");
  const repository = `${shelf.project}/axe-why`;
  await shelf.registry.push(repository, ["v1"]);
  await page.goto(`/audit?why=${encodeURIComponent(`image://default/${repository}`)}&of=admin`);
  await expect(page.getByRole("dialog").getByText("This decides")).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});
