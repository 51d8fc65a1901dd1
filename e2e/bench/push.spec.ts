/** An archive of docker save pushed from a browser tab, beside the tools that people push with; and downloaded again. */

import { expect, test } from "@playwright/test";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, type Cost } from "./push/cost.ts";
import { Pair } from "../support/pair.ts";
import { Tab } from "./push/tab.ts";
import { Podman, skopeoPull, skopeoPush } from "./push/tools.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROUNDS = Number(process.env.ROADSTEAD_BENCH_ROUNDS ?? 3);
const NAME = "bench";

/** As `cargo xtask bench` made them. */
type Archives = { first: string; changed: string; changed_layer_bytes: number; large: string | null };

const WAYS = ["tab, gzip", "tab, zstd", "skopeo copy", "podman push"] as const;
type Way = (typeof WAYS)[number];

test("pushing an archive from a tab, beside skopeo and podman", async () => {
  test.setTimeout(ROUNDS * 1_800_000);
  const made = process.env.ROADSTEAD_BENCH_ARCHIVES;
  if (!made) throw new Error("there are no archives: measure with `cargo xtask bench`");
  const archives = JSON.parse(await readFile(made, "utf8")) as Archives;
  const folder = await mkdtemp(join(dirname(made), "run-"));
  process.env.ROADSTEAD_BENCH_FOLDER = folder;
  const podman = await Podman.load(folder, archives.first);
  if (typeof podman === "string") console.log(`podman is left out: ${podman}`);

  const pushes = new Map<string, Cost[]>();
  const note = (what: string, cost: Cost) => {
    pushes.set(what, [...(pushes.get(what) ?? []), cost]);
    console.log(`${what}: ${shown(cost)}`);
  };
  for (let round = 0; round < ROUNDS; round++) {
    // Each round begins with another: who comes after whom shows in the times.
    for (const way of [...WAYS.slice(round % WAYS.length), ...WAYS.slice(0, round % WAYS.length)]) {
      if (way === "podman push" && typeof podman === "string") continue;
      const pair = await Pair.inOne(way === "tab, zstd" ? ["--zstd-layers"] : [], folder);
      try {
        if (way === "podman push") note(way, await (podman as Podman).push(pair, `main/default/${NAME}`, "v1"));
        else if (way === "skopeo copy") await skopeo(pair, archives, note);
        else await tab(pair, archives, folder, way, note);
      } finally {
        await pair.stop();
      }
    }
  }
  if (archives.large) {
    const pair = await Pair.inOne([], folder);
    const tab = await Tab.open(pair);
    note("large", await tab.push(archives.large, `${NAME}:large`, "alone"));
    await tab.close();
    await pair.stop();
  }
  const bytes = (await stat(archives.first)).size;
  const sizes = { bytes, large: archives.large ? (await stat(archives.large)).size : 0, changed: archives.changed_layer_bytes };
  if (typeof podman !== "string") await podman.forget();
  await rm(folder, { recursive: true, force: true });
  await keep("push", tables(pushes, sizes));
  // What is promised of bytes does not depend on the machine.
  for (const cost of pushes.get("tab, gzip, again") ?? []) expect(cost.sentBytes).toBeLessThan(sizes.changed * 1.01 + 64 * 1024);
});

type Note = (what: string, cost: Cost) => void;

async function tab(pair: Pair, archives: Archives, folder: string, way: Way, note: Note): Promise<void> {
  const tab = await Tab.open(pair);
  note(way, await tab.push(archives.first, `${NAME}:v1`, "alone"));
  note(`${way}, again`, await tab.push(archives.changed, `${NAME}:v2`, "counted"));
  if (way === "tab, gzip") {
    const file = join(folder, "pulled.tar");
    note("tab, download", await tab.download(`/images/${encodeURIComponent(`main/default/${NAME}`)}?tag=v1`, file));
    await rm(file);
    note("skopeo copy, pull", await skopeoPull(pair, `main/default/${NAME}`, "v1", file));
    await rm(file);
  }
  await tab.close();
}

async function skopeo(pair: Pair, archives: Archives, note: Note): Promise<void> {
  note("skopeo copy", await skopeoPush(pair, archives.first, `main/default/${NAME}`, "v1"));
  note("skopeo copy, elsewhere", await skopeoPush(pair, archives.changed, `main/default/${NAME}`, "v2", false));
  note("skopeo copy, again", await skopeoPush(pair, archives.changed, `main/default/${NAME}`, "v3"));
}

const shown = (cost: Cost) =>
  `${cost.secs.toFixed(2)} s, CPU ${cost.cpuSecs.toFixed(2)} s + server ${cost.serverCpuSecs.toFixed(2)} s` +
  (cost.sentBytes === undefined ? "" : `, sent ${(cost.sentBytes / 1e6).toFixed(2)} MB`) +
  (cost.peaksMb ? `, peaks ${JSON.stringify(cost.peaksMb, (_, mb) => (typeof mb === "number" ? Math.round(mb) : mb))}` : "");

function tables(pushes: Map<string, Cost[]>, sizes: { bytes: number; large: number; changed: number }): object {
  const of = (what: string, pick: (cost: Cost) => number) => median((pushes.get(what) ?? []).map(pick));
  const row = (what: string, name: string, beside: string, aim: string) => {
    const secs = of(what, (cost) => cost.secs);
    return [
      name,
      secs.toFixed(2),
      (sizes.bytes / 1e6 / secs).toFixed(0),
      (of(beside, (cost) => cost.secs) / secs).toFixed(2),
      aim,
      of(what, (cost) => cost.cpuSecs).toFixed(1),
      of(what, (cost) => cost.serverCpuSecs).toFixed(1),
      ...["renderer", "browser", "server"].map((who) => mb(of(what, (cost) => cost.peaksMb?.[who] ?? Number.NaN))),
    ];
  };
  const rows = [
    row("skopeo copy", "skopeo copy docker-archive:", "skopeo copy", ""),
    ...(pushes.has("podman push") ? [row("podman push", "podman push, after podman load", "skopeo copy", "")] : []),
    row("tab, gzip", "tab, gzip", "skopeo copy", "1.5"),
    row("tab, zstd", "tab, zstd", "skopeo copy", "3"),
    row("skopeo copy, elsewhere", "one small layer changed: skopeo copy on a machine that did not push the first", "skopeo copy, elsewhere", ""),
    row("tab, gzip, again", "one small layer changed: tab, gzip", "skopeo copy, elsewhere", "20"),
    row("tab, zstd, again", "one small layer changed: tab, zstd", "skopeo copy, elsewhere", "20"),
    row("skopeo copy, again", "one small layer changed: skopeo copy with its own notes of the first push", "skopeo copy, elsewhere", ""),
    row("skopeo copy, pull", "skopeo copy to oci-archive:", "skopeo copy, pull", ""),
    row("tab, download", "tab, download", "skopeo copy, pull", "1"),
  ];
  const large = pushes.get("large")?.[0];
  if (large) {
    const peaks = ["renderer", "browser", "server"].map((who) => mb(large.peaksMb?.[who] ?? Number.NaN));
    rows.push([`tab, gzip, ${(sizes.large / 1e9).toFixed(1)} GB, once`, large.secs.toFixed(2), (sizes.large / 1e6 / large.secs).toFixed(0), "–", "", large.cpuSecs.toFixed(1), large.serverCpuSecs.toFixed(1), ...peaks]);
  }
  const again = of("tab, gzip, again", (cost) => cost.sentBytes ?? Number.NaN);
  return {
    title: "Images, pushed from a tab",
    method:
      `A docker-archive of ${(sizes.bytes / 1e6).toFixed(0)} MB in five layers, made of this machine's own files; from picking the file on a page at rest to the receipt. ` +
      "Console, native gateway and registry are one process, `roadstead up`; skopeo and podman push the same to the same registry without the gateway. " +
      `${ROUNDS} rounds in turn, medians; each with a new server, a new browser and nothing in the registry. ` +
      `MB/s are of the archive. Pushed again after a layer of ${(sizes.changed / 1e6).toFixed(1)} MB changed, the tab sent ${(again / 1e6).toFixed(2)} MB, all requests and headers counted. ` +
      "Memory is the processes' own at its most (renderers, all of the browser, server), without the files they map.",
    head: ["what", "s", "MB/s", "x skopeo", "aim", "CPU s", "server's CPU s", "renderer MB", "browser MB", "server MB"],
    rows,
  };
}

const mb = (value: number) => (Number.isNaN(value) ? "–" : value.toFixed(0));

async function keep(name: string, table: object): Promise<void> {
  const folder = join(HERE, "../results/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify(table));
}
