/** Pushing a docker-archive of 1 GB from the browser, beside skopeo and podman, each to a fresh registry of the same server. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test, type Browser, type Page } from "@playwright/test";
import { dockerArchive, layer, noise } from "../support/archives.ts";
import { Server } from "../support/server.ts";
import { signIn, type Caller } from "./caller.ts";

const run = promisify(execFile);
const HERE = dirname(fileURLToPath(import.meta.url));
const ROUNDS = 3;
const TOTAL = Number(process.env.ROADSTEAD_PUSH_BYTES ?? 1_000_000_000);
const LAYERS = 5;
/** What layers are made of: files that every machine with the tests' packages has. */
const PACKAGES = ["/usr/lib", "/usr/bin", "/usr/share"];

type Push = (server: Server, caller: Caller, archive: string, tag: string) => Promise<string>;

test("a first push of 1 GB, and a push again with one layer changed", async ({ browser }) => {
  test.setTimeout(3_600_000);
  const folder = await mkdtemp(join(tmpdir(), "roadstead-push-"));
  try {
    const layers = await packagesAsLayers();
    const first = await save(join(folder, "first.tar"), layers);
    const changed = await save(join(folder, "changed.tar"), [...layers.slice(0, -1), layer("changed", noise(1_000_000, 1))]);
    const ways: [string, Push][] = [
      ["skopeo copy", (server, caller, archive, tag) => skopeo(server, caller, archive, tag)],
      ["podman push", (server, caller, archive, tag) => podman(server, caller, archive, tag)],
      ["browser, gzip", (server, caller, archive, tag) => inBrowser(browser, server, caller, archive, tag, "gzip")],
      ["browser, zstd", (server, caller, archive, tag) => inBrowser(browser, server, caller, archive, tag, "zstd")],
    ];
    const rows = new Map<string, { first: number[]; again: number[]; notes: string[] }>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [what, push] of ways) {
        const server = await Server.start();
        try {
          const caller = await signIn(server);
          const row = rows.get(what) ?? { first: [], again: [], notes: [] };
          rows.set(what, row);
          row.first.push(await seconds(async () => row.notes.push(await push(server, caller, first, "first"))));
          row.again.push(await seconds(() => push(server, caller, changed, "again")));
        } finally {
          await server.stop();
        }
      }
    }
    await report(rows);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Five tars of the machine's packages, together of the wanted size. */
async function packagesAsLayers(): Promise<Buffer[]> {
  const each = TOTAL / LAYERS;
  const layers: Buffer[] = [];
  let entries: Buffer[] = [];
  let size = 0;
  for await (const [path, bytes] of files(PACKAGES)) {
    entries.push(layer(path, bytes).subarray(0, -1024));
    size += bytes.length;
    if (size < each) continue;
    layers.push(Buffer.concat([...entries, Buffer.alloc(1024)]));
    [entries, size] = [[], 0];
    if (layers.length === LAYERS) return layers;
  }
  throw new Error(`this machine has less than ${TOTAL} bytes in ${PACKAGES.join(", ")}: set ROADSTEAD_PUSH_BYTES`);
}

async function* files(folders: string[]): AsyncGenerator<[string, Buffer]> {
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* files([path]);
      else if (entry.isFile()) {
        const bytes = await readFile(path).catch(() => undefined);
        if (bytes) yield [createHash("sha256").update(path).digest("hex"), bytes];
      }
    }
  }
}

async function save(path: string, layers: Buffer[]): Promise<string> {
  const { tar } = dockerArchive(["bench:v1"], layers);
  const file = createWriteStream(path);
  for (let at = 0; at < tar.length; at += 64 << 20) {
    if (!file.write(tar.subarray(at, at + (64 << 20)))) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return path;
}

async function home(caller: Caller): Promise<string> {
  const session = (await caller.call("GET", "/api/v1/session")) as { org?: string; project: string };
  return [session.org, session.project, "bench"].filter(Boolean).join("/");
}

async function skopeo(server: Server, caller: Caller, archive: string, tag: string): Promise<string> {
  const target = `docker://${server.url.replace("http://", "")}/${await home(caller)}:${tag}`;
  await run("skopeo", ["copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", `token:${await server.token()}`, `docker-archive:${archive}`, target]);
  return "";
}

/** podman pushes what it has in its store: loading is not counted, as `docker save` is not. */
async function podman(server: Server, caller: Caller, archive: string, tag: string): Promise<string> {
  const target = `${server.url.replace("http://", "")}/${await home(caller)}:${tag}`;
  await run("podman", ["push", "--quiet", "--tls-verify=false", "--creds", `token:${await server.token()}`, `docker-archive:${archive}`, target]).catch(async () => {
    throw new Error("podman cannot push: is it installed by set-up?");
  });
  return "";
}

async function inBrowser(browser: Browser, server: Server, caller: Caller, archive: string, tag: string, compression: string): Promise<string> {
  const context = await browser.newContext();
  const equals = caller.cookie.indexOf("=");
  await context.addCookies([{ name: caller.cookie.slice(0, equals), value: caller.cookie.slice(equals + 1), url: server.url }]);
  const page: Page = await context.newPage();
  try {
    await page.goto(`${server.url}/images/push`);
    await page.locator("#push-files").setInputFiles(archive);
    await page.getByLabel("Name in the registry").fill(`image:bench:${tag}`);
    const choice = page.getByLabel("Compression");
    if (await choice.count()) await choice.selectOption(compression);
    await page.getByRole("button", { name: "Push", exact: true }).click();
    await page.getByRole("heading", { name: "Pushed and verified" }).waitFor({ timeout: 600_000 });
    return (await page.locator(".push-receipt dd").nth(1).textContent()) ?? "";
  } finally {
    await context.close();
  }
}

async function report(rows: Map<string, { first: number[]; again: number[]; notes: string[] }>): Promise<void> {
  const median = (figures: number[]) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
  const base = rows.get("skopeo copy") ?? { first: [], again: [] };
  const table = {
    title: "Pushing a docker-archive of 1 GB",
    method:
      `${LAYERS} layers, ${TOTAL} bytes, of files of this machine's packages; ${ROUNDS} rounds, all ways in turn, each round with a fresh server and registry. ` +
      "Browser: headless Chromium, from choosing the file to the receipt, page load included. Again: the same with one small layer changed.",
    head: ["what", "first push, s", "times skopeo", "again, s", "times skopeo", "in the registry"],
    rows: [...rows].map(([what, { first, again, notes }]) => [
      what,
      median(first).toFixed(2),
      (median(base.first) / median(first)).toFixed(2),
      median(again).toFixed(2),
      (median(base.again) / median(again)).toFixed(2),
      notes.at(-1) ?? "",
    ]),
  };
  await mkdir(join(HERE, "../results/bench"), { recursive: true });
  await writeFile(join(HERE, "../results/bench/push.json"), JSON.stringify(table));
}
