/** Which tasks of a page's main thread took long, and how far its frames lay apart. */

import { type Page } from "@playwright/test";

/** A reader notices that a page does not answer from about here on. */
export const LONG_MS = 50;

interface Watched {
  frames: number[];
}

interface TraceEvent {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  /** Microseconds, on the clock and of the processor. */
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Before the page's own scripts: begins to note when frames are. */
export function watch(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const frames: number[] = [];
    Object.assign(globalThis, { frames });
    const next = (at: number) => {
      frames.push(at);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

export interface Seen {
  longTasks: number;
  longestTaskMs: number;
  /** The processor's time for the longest: what a busy machine takes from the page is not in it. */
  longestCpuMs: number;
  /** The time between two frames that 95 of 100 do not exceed, and the longest. */
  frameP95Ms: number;
  frameMaxMs: number;
}

/** What happened in the page while `act` ran, and a moment after it. A page that is opened by `act` counts from its start. */
export async function during(page: Page, act: () => Promise<unknown>): Promise<Seen> {
  const browser = page.context().browser();
  if (!browser) throw new Error("a page without a browser");
  const from = await page.evaluate(() => [performance.timeOrigin, performance.now()] as const).catch(() => [0, 0] as const);
  await browser.startTracing(page, { categories: ["toplevel"] });
  await act();
  await page.waitForTimeout(300);
  const tasks = tasksOf(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
  return { ...tasks, ...(await framesOf(page, from)) };
}

function tasksOf(events: TraceEvent[]): Pick<Seen, "longTasks" | "longestTaskMs" | "longestCpuMs"> {
  const mains = new Set(events.filter((event) => event.args?.name === "CrRendererMain").map((event) => `${event.pid} ${event.tid}`));
  const tasks = events.filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && mains.has(`${event.pid} ${event.tid}`));
  if (tasks.length === 0) throw new Error("the trace shows no task of a page: does this Chromium name them otherwise?");
  const most = (values: number[]) => Math.max(0, ...values) / 1_000;
  return {
    longTasks: tasks.filter((task) => (task.dur ?? 0) > LONG_MS * 1_000).length,
    longestTaskMs: most(tasks.map((task) => task.dur ?? 0)),
    longestCpuMs: most(tasks.map((task) => task.tdur ?? 0)),
  };
}

function framesOf(page: Page, from: readonly [number, number]): Promise<Pick<Seen, "frameP95Ms" | "frameMaxMs">> {
  return page.evaluate(([origin, now]) => {
    const { frames } = globalThis as unknown as Watched;
    const at = frames.filter((frame) => origin !== performance.timeOrigin || frame >= now);
    const apart = at.slice(1).map((frame, i) => frame - (at[i] ?? frame)).sort((a, b) => a - b);
    return { frameP95Ms: apart[Math.floor(apart.length * 0.95)] ?? 0, frameMaxMs: apart.at(-1) ?? 0 };
  }, from);
}
