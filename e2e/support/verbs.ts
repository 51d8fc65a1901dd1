/** What a person does in many specs, and the arranging of jobs to look at. */

import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const SAMPLE = "roadstead/sample:latest";

/** `JobCreate` of docs/API.md, as far as specs use it. */
type JobCreate = { command?: string; name?: string; org?: string; project?: string; tags?: string[]; image?: string; http_port?: number; life_span_minutes?: number; env?: Record<string, string> };
export type Job = { id: string; name: string | null; status: string; uri: string; org?: string; project: string; container: { command?: string; env: Record<string, string> } };

const OURS = { "X-Roadstead": "1" };

export class Verbs {
  constructor(private readonly page: Page) {}

  /** Starts a job through the console's API, as the form would. */
  async runJob(create: JobCreate): Promise<Job> {
    const answer = await this.page.request.post("/api/v1/jobs", { headers: OURS, data: { image: SAMPLE, ...create } });
    expect(answer.status(), await answer.text()).toBe(201);
    return answer.json();
  }

  /** Starts a shell script as a job. */
  async runScript(script: string, create: JobCreate = {}): Promise<Job> {
    return this.runJob({ ...create, command: `sh -c '${script.replaceAll("'", `'"'"'`)}'` });
  }

  async killJob(id: string): Promise<void> {
    const answer = await this.page.request.delete(`/api/v1/jobs/${id}`, { headers: OURS });
    expect(answer.status(), await answer.text()).toBe(204);
  }

  async job(id: string): Promise<Job> {
    return (await this.page.request.get(`/api/v1/jobs/${id}`, { headers: OURS })).json();
  }

  async waitForStatus(id: string, ...wanted: string[]): Promise<void> {
    // Filling gigabytes, or starting a container, takes its time on a busy machine.
    await expect.poll(async () => (await this.job(id)).status, { message: `${id} becomes ${wanted.join(" or ")}`, timeout: 60_000 }).toMatch(new RegExp(`^(${wanted.join("|")})$`));
  }

  /** A running job that stays until it is killed. */
  async runningJob(create: JobCreate = {}): Promise<Job> {
    const job = await this.runJob({ command: "sleep 600", ...create });
    await this.waitForStatus(job.id, "running");
    return job;
  }

  async chooseTheme(theme: "Light" | "Dark"): Promise<void> {
    await this.page.getByRole("button", { name: "Theme" }).click();
    await this.page.getByRole("menuitemradio", { name: theme }).click();
    // On a phone the menu may lie over what is looked at next.
    await this.page.keyboard.press("Escape");
    // Half way from one theme to the other a colour belongs to neither.
    await this.page.evaluate(() => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish()));
  }

  /** axe finds nothing on the page as it is, in both themes. */
  async expectAccessible(): Promise<void> {
    for (const theme of ["Light", "Dark"] as const) {
      await this.chooseTheme(theme);
      const { violations } = await new AxeBuilder({ page: this.page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      expect(found, `axe, ${theme} theme`).toEqual([]);
    }
  }

  /** A picture for people to look at, in e2e/results. */
  async picture(name: string): Promise<void> {
    const { width } = this.page.viewportSize() ?? { width: 0 };
    await this.page.screenshot({ path: `results/pictures/${name}-${width}.png` });
  }
}
