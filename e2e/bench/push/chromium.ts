/**
 * A browser that is measured: driven by the few DevTools calls that a push takes, and by no others. Playwright listens to the network,
 * for which Chromium copies each request's body into messages: a push then costs several times what it costs a person.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import config from "../../playwright.config.ts";

type Answer = { id: number; result?: Record<string, never>; error?: { message: string } };

export class Chromium {
  private next = 1;
  private readonly waiting = new Map<number, (answer: Answer) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.on("message", (data) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  /** With one page, and files that are downloaded going to `downloads`. */
  static async launch(downloads: string): Promise<Chromium> {
    const { executablePath, args = [] } = config.use?.launchOptions ?? {};
    if (!executablePath) throw new Error("the configuration names no browser");
    const profile = await mkdtemp(join(tmpdir(), "chromium-"));
    const flags = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "--window-size=1440,900", ...args, "about:blank"];
    const child = spawn(executablePath, flags, { stdio: ["ignore", "ignore", "pipe"] });
    const browser = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr?.on("data", (text: Buffer) => {
        said += text.toString();
        const address = said.match(/DevTools listening on (ws:\S+)/)?.[1];
        if (address) resolve(address);
      });
      child.once("exit", () => reject(new Error(`the browser ended: ${said}`)));
    });
    const targets = (await (await fetch(`http://${new URL(browser).host}/json`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
    const page = targets.find((target) => target.type === "page");
    if (!page) throw new Error("the browser has no page");
    const socket = new WebSocket(page.webSocketDebuggerUrl, { perMessageDeflate: false });
    await once(socket, "open");
    const chromium = new Chromium(child, profile, socket);
    await chromium.call("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: downloads });
    return chromium;
  }

  /** Its first process, the parent of the others. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  async close(): Promise<void> {
    const ended = once(this.child, "exit");
    this.socket.close();
    this.child.kill();
    await ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async open(url: string): Promise<void> {
    await this.call("Page.navigate", { url });
  }

  /** Waits in the page until an expression is true. It is looked at when the page changes, not all the time: that would cost the page. */
  async until(expression: string, patienceMs: number): Promise<void> {
    const end = Date.now() + patienceMs;
    // Navigations take the page away in the middle: asked again.
    while (Date.now() < end) {
      const asked = `new Promise((resolve) => {
        const end = (is) => { observer.disconnect(); resolve(is); };
        const look = () => (${expression}) && end(true);
        const observer = new MutationObserver(look);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        setTimeout(() => end(false), 5000);
        look();
      })`;
      const { result } = await this.call("Runtime.evaluate", { expression: asked, awaitPromise: true, returnByValue: true }).catch(() => ({ result: undefined }));
      if ((result as { value?: boolean } | undefined)?.value) return;
    }
    throw new Error(`it never became true in the page: ${expression}`);
  }

  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as { result?: { value?: unknown }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(`${exceptionDetails.text} in ${expression}`);
    return result?.value;
  }

  /** As a person picks a file in the dialog. */
  async pick(selector: string, file: string): Promise<void> {
    const { root } = (await this.call("DOM.getDocument", {})) as unknown as { root: { nodeId: number } };
    const { nodeId } = (await this.call("DOM.querySelector", { nodeId: root.nodeId, selector })) as unknown as { nodeId: number };
    await this.call("DOM.setFileInputFiles", { nodeId, files: [file] });
  }

  private async call(method: string, params: object): Promise<Record<string, never>> {
    const id = this.next++;
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
}
