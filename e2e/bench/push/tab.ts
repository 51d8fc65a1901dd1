/** Pushing and downloading in a fresh browser, by the steps of a person. */

import { mkdtemp, readdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wire } from "../../support/wire.ts";
import { Chromium } from "./chromium.ts";
import { type Cost } from "./cost.ts";
import { type Pair } from "../../support/pair.ts";
import { cpuSecs, Peak, renderers, tree } from "./processes.ts";

const PATIENCE_MS = 3_600_000;
const SOON_MS = 60_000;
const REST_MS = 2_000;

/** Nobody picks a file before they have seen the page: its own start, and what the browser and the workers make ready behind it, is over by then. */
const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

/** In the page: the first element that holds exactly this text. */
const holding = (selector: string, text: string) => `[...document.querySelectorAll('${selector}')].find((one) => one.textContent.trim() === '${text}')`;

export class Tab {
  private constructor(
    private readonly pair: Pair,
    private readonly browser: Chromium,
    private readonly downloads: string,
    private readonly wire: Wire,
  ) {}

  /** A browser that is signed in. */
  static async open(pair: Pair): Promise<Tab> {
    const downloads = await mkdtemp(join(process.env.ROADSTEAD_BENCH_FOLDER ?? tmpdir(), "downloads-"));
    const browser = await Chromium.launch(downloads);
    const wire = await Wire.to(pair.gateway.url);
    // Cookies know no ports: the session holds on the wire too.
    await browser.open(await pair.link());
    await browser.until(holding("h1", "Jobs"), SOON_MS);
    return new Tab(pair, browser, downloads, wire);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.wire.close();
  }

  /** From picking the file to the receipt. Counted, it passes a wire: that takes time of the processors, which tools do not pay for. */
  async push(file: string, name: string, how: "counted" | "alone"): Promise<Cost> {
    const origin = how === "counted" ? this.wire.url : this.pair.gateway.url;
    await this.browser.open(`${origin}/images/push`);
    await this.browser.until("document.querySelector('#push-files')", SOON_MS);
    await rest();
    const sent = this.wire.sent;
    const cost = await this.timed(async () => {
      await this.browser.pick("#push-files", file);
      const label = holding("label", "Name in the registry");
      await this.browser.until(label, PATIENCE_MS);
      await this.browser.evaluate(
        `{ const field = document.getElementById(${label}.htmlFor); field.value = 'image:${name}'; field.dispatchEvent(new Event('input', { bubbles: true })); }`,
      );
      const button = holding("button", "Push");
      await this.browser.until(`${button}?.getAttribute('aria-disabled') !== 'true'`, SOON_MS);
      await this.browser.evaluate(`${button}.click()`);
      const done = holding("h2", "Pushed and verified");
      await this.browser.until(`${done} ?? document.body.textContent.includes('No tag was set or changed.')`, PATIENCE_MS);
      if (!(await this.browser.evaluate(`Boolean(${done})`))) throw new Error(`the push failed: ${await this.browser.evaluate("document.body.innerText")}`);
    });
    return how === "counted" ? { ...cost, sentBytes: this.wire.sent - sent } : cost;
  }

  /** From the click on the image's page to the file on disk. */
  async download(path: string, file: string): Promise<Cost> {
    await this.browser.open(this.pair.gateway.url + path);
    const menu = holding("button", "Download");
    await this.browser.until(menu, SOON_MS);
    await this.browser.evaluate(`${menu}.click()`);
    const link = "document.querySelector('[role=menuitem][href*=\"oci\"]')";
    await this.browser.until(link, SOON_MS);
    await rest();
    return this.timed(async () => {
      await this.browser.evaluate(`${link}.click()`);
      await rename(join(this.downloads, await this.downloaded()), file);
    });
  }

  /** The browser gives a file its name when all of it is there. */
  private async downloaded(): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    while (Date.now() < end) {
      const done = (await readdir(this.downloads)).find((name) => name.endsWith(".tar"));
      if (done) return done;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("nothing was downloaded");
  }

  private async timed(act: () => Promise<void>): Promise<Cost> {
    const served = this.pair.pids;
    const own = tree(this.browser.pid);
    const peak = Peak.of(() => {
      const browser = tree(this.browser.pid);
      return { renderer: renderers(browser), browser, server: served };
    });
    const [tab, server] = [cpuSecs(own), cpuSecs(served)];
    const began = Date.now();
    await act();
    const secs = (Date.now() - began) / 1000;
    const cost = { secs, cpuSecs: cpuSecs(tree(this.browser.pid)) - tab, serverCpuSecs: cpuSecs(served) - server };
    return { ...cost, peaksMb: peak.stop() };
  }
}
