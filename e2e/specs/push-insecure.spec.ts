/** Pushing from a page that came over plain HTTP from another host: browsers give it neither storage nor locks. */

import { gzipSync } from "node:zlib";
import { dockerArchive, layer, noise } from "../support/archives.ts";
import { Edge } from "../support/edge.ts";
import { Server } from "../support/server.ts";
import { expect, test } from "../support/world.ts";

/** Leads to this machine (playwright.config.ts). */
const AWAY = "console.test";

test.skip(Edge.isWanted, "this has a server of its own");

test("over plain HTTP from afar plain archives are pushed, and compressed ones say what is missing", { tag: "@one-width" }, async ({ browser }) => {
  const server = await Server.start((port) => ["--public-url", `http://${AWAY}:${port}`]);
  const there = server.url.replace("127.0.0.1", AWAY);
  const context = await browser.newContext({ baseURL: there });
  try {
    const page = await context.newPage();
    await page.goto((await server.link()).replace(server.url, there));
    await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
    expect(await page.evaluate(() => [isSecureContext, "storage" in navigator, "locks" in navigator])).toEqual([false, false, false]);
    await page.goto("/images/push");
    const made = dockerArchive(["afar:v1"], [layer("one", noise(300_000, 61, 1))]);
    const pick = (name: string, buffer: Buffer) => page.locator("#push-files").setInputFiles({ name, mimeType: "application/x-tar", buffer });
    await pick("packed.tar.gz", gzipSync(made.tar, { level: 1 }));
    await expect(page.getByText("Browsers unpack compressed files only on pages opened by HTTPS or as localhost.")).toBeVisible();
    await page.getByRole("button", { name: "Remove packed.tar.gz" }).click();
    await pick("plain.tar", made.tar);
    await page.getByRole("button", { name: "Push", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Pushed and verified" })).toBeVisible();
    await page.goto("/images");
    await expect(page.getByRole("link", { name: /afar/ })).toBeVisible();
  } finally {
    await context.close();
    await server.stop();
  }
});
