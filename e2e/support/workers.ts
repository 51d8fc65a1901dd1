/** Breaks the web workers of a page as an error in their own code would. */

import type { Page } from "@playwright/test";

/** Has the page's conductor, or one of its hands, throw out of an event handler. */
export async function breakWorker(page: Page, role: "conductor" | "hand"): Promise<void> {
  for (const worker of page.workers()) {
    const name = await worker.evaluate(() => (globalThis as unknown as { name: string }).name);
    if ((name === "hand") !== (role === "hand")) continue;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("broken on purpose");
      }, 0);
    });
    return;
  }
  throw new Error(`the page has no ${role}`);
}
