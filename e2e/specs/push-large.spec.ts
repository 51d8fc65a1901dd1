/** A layer larger than any memory is looked into and planned by its archive's headers alone. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { writeHollow } from "../support/archives.ts";
import { expect, test } from "../support/world.ts";

const GIB = 1024 ** 3;
const LAYER_BYTES = 20 * GIB;
/** Headers, manifest and config are a few kB; the browser's own files are the rest. */
const READ_MOST_BYTES = GIB / 4;
const GROWTH_MOST_BYTES = GIB / 4;
/** To read all of it would take longer than that. */
const SOON_MS = 10_000;

/** What all of the browser's processes have read, and the memory that is their own. */
async function used(browser: Browser): Promise<{ readBytes: number; memoryBytes: number }> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  const number = (pid: number, file: string, name: string) =>
    Number(readFileSync(`/proc/${pid}/${file}`, "utf8").match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1]);
  const sum = (of: (pid: number) => number) => processInfo.reduce((all, { id }) => all + of(id), 0);
  return { readBytes: sum((pid) => number(pid, "io", "rchar")), memoryBytes: 1024 * sum((pid) => number(pid, "status", "RssAnon")) };
}

test("a layer of 20 GB is reported and planned in seconds, neither read nor held in memory", async ({ page, browser }) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-large-"));
  try {
    const file = await writeHollow(join(folder, "large.tar"), "large:v1", LAYER_BYTES);
    await page.goto("/images/push");
    await expect(page.getByRole("heading", { level: 1, name: "Push images" })).toBeVisible();
    const before = await used(browser);
    await page.locator("#push-files").setInputFiles(file);
    await expect(page.getByRole("heading", { name: "large:v1" })).toBeVisible({ timeout: SOON_MS });
    await expect(page.getByText(/At most 21\.5\sGB of 21\.5\sGB will be sent/)).toBeVisible({ timeout: SOON_MS });
    await expect(page.getByRole("button", { name: "Push", exact: true })).not.toHaveAttribute("aria-disabled", "true");
    const after = await used(browser);
    expect(after.readBytes - before.readBytes).toBeLessThan(READ_MOST_BYTES);
    expect(after.memoryBytes - before.memoryBytes).toBeLessThan(GROWTH_MOST_BYTES);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
