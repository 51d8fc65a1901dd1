/** What a spec stands on: a server for all specs of a worker, a browser that is signed in to it, and the verbs. */

import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { Server } from "./server.ts";
import { Registry } from "./images.ts";
import { Verbs } from "./verbs.ts";

type OfWorker = { server: Server; signedIn: Awaited<ReturnType<BrowserContext["storageState"]>> };
type Shelf = { registry: Registry; project: string };
type OfTest = { visitor: Page; verbs: Verbs; shelf: Shelf; refused: RegExp | undefined; quiet: void };

export const test = base.extend<OfTest, OfWorker>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  /** The session of a browser that opened a one-time link. */
  signedIn: [
    async ({ browser, server }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(await server.link());
      await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
      const state = await context.storageState();
      await context.close();
      await use(state);
    },
    { scope: "worker", timeout: 90_000 },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  storageState: async ({ signedIn }, use) => use(signedIn),

  /** A page without a session. */
  visitor: async ({ browser, server, viewport }, use) => {
    const context = await browser.newContext({ baseURL: server.url, storageState: { cookies: [], origins: [] }, viewport });
    await use(await context.newPage());
    await context.close();
  },

  verbs: async ({ page }, use) => use(new Verbs(page)),

  /** The registry as the signed-in user's engine sees it, and the path of their project: `ORG/PROJECT`, or `PROJECT`. */
  shelf: async ({ page, server }, use) => {
    const session = await (await page.request.get("/api/v1/session", { headers: { "X-Roadstead": "1" } })).json();
    const project = [session.org, session.project].filter(Boolean).join("/");
    await use({ registry: new Registry(page.request, server.url, await server.token()), project });
  },

  /** What the content policy is expected to refuse, for specs that try it. */
  refused: [undefined, { option: true }],

  /** No page in any of the test's windows may break the content policy or fail in its script. */
  quiet: [
    async ({ browser, refused }, use) => {
      const complaints: string[] = [];
      const listen = (context: BrowserContext) => {
        context.on("weberror", (error) => complaints.push(String(error.error())));
        context.on("console", (message) => {
          const text = message.text();
          const matters = /Content Security Policy|'Trusted(HTML|Script|ScriptURL)' assignment|panicked/.test(text);
          if (message.type() === "error" && matters && !refused?.test(text)) complaints.push(text);
        });
      };
      browser.contexts().forEach(listen);
      browser.on("context", listen);
      await use();
      browser.off("context", listen);
      expect(complaints, "errors of the pages").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
