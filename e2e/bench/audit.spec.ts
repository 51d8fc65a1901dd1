/** The audit of a large cluster in the browser: computing every right, drawing the matrix, scrolling it both ways. */

import { expect, test } from "@playwright/test";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GRANTS, IMAGES, largeAudit, PEOPLE } from "../support/audit.ts";
import { Server } from "../support/server.ts";
import { serve } from "./log-server.mjs";
import { during, LONG_MS, watch } from "./tasks.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const RUNS = 7;
const AIM_MS = 300;

test("the audit of a large cluster stays fluid", async ({ browser }) => {
  const folder = process.env.ROADSTEAD_CONSOLE;
  const own = folder ? undefined : await Server.start();
  const body = largeAudit();
  const site = await serve({
    console: folder ?? own?.url ?? "",
    answer: (path: string, _url: URL, answer: never) => {
      if (path !== "/api/v1/audit") return false;
      (answer as import("node:http").ServerResponse).writeHead(200, { "content-type": "application/x-ndjson" }).end(body);
      return true;
    },
    socket: () => {},
  });
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await watch(page);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await page.goto(`${site.url}/audit`);
    await expect(page.getByRole("grid")).toHaveAttribute("aria-rowcount", String(IMAGES + 1));
    times.push(
      await page.evaluate(() => {
        const at = (name: string) => performance.getEntriesByName(name).at(-1)?.startTime ?? NaN;
        return at("audit-rights-end") - at("audit-rights-begin");
      }),
    );
  }
  times.sort((a, b) => a - b);
  const middle = times[Math.floor(RUNS / 2)] ?? NaN;
  const scroll = (x: number, y: number) =>
    during(page, () =>
      page.getByRole("grid").evaluate(
        async (grid, [x, y]) => {
          for (let step = 0; step < 150; step++) {
            grid.scrollBy(x ?? 0, y ?? 0);
            await new Promise(requestAnimationFrame);
          }
        },
        [x, y],
      ),
    );
  const down = await scroll(0, 240);
  const across = await scroll(120, 0);
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const table = {
    title: "Audit of a large cluster in the browser",
    method:
      `${IMAGES.toLocaleString("en")} images, ${PEOPLE} people, ${GRANTS.toLocaleString("en")} grants. Rights: facts made ready and every image x every person, ` +
      `the middle of ${RUNS} runs. Scrolling: 150 steps, one a frame; tasks of the main thread from ${LONG_MS} ms on are long.`,
    head: ["what", "measured", "aim"],
    rows: [
      ["compute every right", ms(middle), ms(AIM_MS)],
      ["scroll down: frames apart, p95", ms(down.frameP95Ms), ""],
      ["scroll down: long tasks", String(down.longTasks), "0"],
      ["scroll across: frames apart, p95", ms(across.frameP95Ms), ""],
      ["scroll across: long tasks", String(across.longTasks), "0"],
    ],
  };
  await site.close();
  await own?.stop();
  await mkdir(join(HERE, "../results/bench"), { recursive: true });
  await writeFile(join(HERE, "../results/bench/audit.json"), JSON.stringify(table, null, 2));
  for (const row of [table.head, ...table.rows]) console.log(row.map((cell) => cell.padEnd(36)).join(""));
});
