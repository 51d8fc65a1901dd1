/** Which tasks of a page's main thread took long, and how far its frames lay apart. */

import { type Page } from "@playwright/test";

/** From here on the browser reports a task (Long Tasks API). */
export const LONG_MS = 50;

interface Watched {
  watched: { tasks: { at: number; ms: number }[]; frames: number[] };
}

/** Before the page's own scripts: begins to note. */
export function watch(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const watched: Watched["watched"] = { tasks: [], frames: [] };
    Object.assign(globalThis, { watched });
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) watched.tasks.push({ at: task.startTime, ms: task.duration });
    }).observe({ type: "longtask", buffered: true });
    const next = (at: number) => {
      watched.frames.push(at);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

export interface Seen {
  longTasks: number;
  longestTaskMs: number;
  /** The time between two frames that 95 of 100 do not exceed, and the longest. */
  frameP95Ms: number;
  frameMaxMs: number;
}

/** What happened in the page while `act` ran, and a moment after it. */
export async function during(page: Page, act: () => Promise<unknown>): Promise<Seen> {
  const from = await page.evaluate(() => performance.now()).catch(() => 0);
  await act();
  await page.waitForTimeout(300);
  return seen(page, from);
}

/** Since a moment of the page's own clock; 0 is when it was asked for. */
export function seen(page: Page, from = 0): Promise<Seen> {
  return page.evaluate((from) => {
    const { tasks, frames } = (globalThis as unknown as Watched).watched;
    const long = tasks.filter((task) => task.at + task.ms >= from).map((task) => task.ms);
    const at = frames.filter((frame) => frame >= from);
    const apart = at.slice(1).map((frame, i) => frame - (at[i] ?? frame)).sort((a, b) => a - b);
    return {
      longTasks: long.length,
      longestTaskMs: Math.max(0, ...long),
      frameP95Ms: apart[Math.floor(apart.length * 0.95)] ?? 0,
      frameMaxMs: apart.at(-1) ?? 0,
    };
  }, from);
}
