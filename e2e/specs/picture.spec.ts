import { mkdir } from "node:fs/promises";
import { Edge } from "../support/edge.ts";
import { expect, test } from "../support/world.ts";

test("the picture of the README", async ({ browser, server, signedIn, viewport }) => {
  test.skip((viewport?.width ?? 0) < 600 || Edge.isWanted, "one picture is enough");
  const context = await browser.newContext({ baseURL: server.url, storageState: signedIn, viewport: { width: 1280, height: 720 }, colorScheme: "light" });
  const page = await context.newPage();
  const { Verbs } = await import("../support/verbs.ts");
  const verbs = new Verbs(page);
  const training = await verbs.runningJob({ name: "train-resnet", tags: ["vision"] });
  const labels = await verbs.runJob({ command: "true", name: "prepare-labels", tags: ["vision", "data"] });
  const report = await verbs.runJob({ command: "false", name: "nightly-report" });
  await verbs.waitForStatus(labels.id, "succeeded");
  await verbs.waitForStatus(report.id, "failed");
  await page.goto("/jobs");
  await expect(page.getByRole("link", { name: "train-resnet" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await mkdir("../docs/images", { recursive: true });
  await page.screenshot({ path: "../docs/images/console.png" });
  await verbs.killJob(training.id);
  await context.close();
});
