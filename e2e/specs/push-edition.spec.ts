/** What a browser makes of a piece are the bytes that its edition stands for: natively, `press.rs` expects the same digests of the same piece. */

import { dockerArchive } from "../support/archives.ts";
import { Edge } from "../support/edge.ts";
import { Pair } from "../support/pair.ts";
import { Registry } from "../support/registry.ts";
import { pick, push } from "../support/through.ts";
import { expect, test as base } from "../support/world.ts";

const test = base.extend<{ pair: Pair }>({
  pair: async ({}, use) => {
    const pair = await Pair.start({ gateway: ["--zstd-layers"] });
    await use(pair);
    await pair.stop();
  },
  baseURL: async ({ pair }, use) => use(pair.gateway.url),
  storageState: { cookies: [], origins: [] },
});

test.skip(Edge.isWanted, "these have a native gateway of their own");
// A width changes nothing of it.
test.skip(({ viewport }) => (viewport?.width ?? 0) < 1000, "at one width");

const piece = Buffer.alloc(800_000);
for (let at = 0; at < piece.length; at++) {
  const word = Math.floor((at >> 2) / 7) * 13;
  piece[at] = at % 9 < 4 ? word >>> ((at & 3) * 8) : Math.imul(at, at);
}

for (const [compression, digest] of [["gzip", "3b70aed7bbfe"], ["zstd", "b669c1dffd7b"]] as const) {
  test(`a browser makes the ${compression} that an edition stands for`, async ({ page, pair }) => {
    await page.goto(await pair.link());
    await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
    await pick(page, dockerArchive(["edition:v1"], [piece]));
    await page.getByLabel("Compression").selectOption(compression);
    await push(page, "edition");
    await expect(page.getByRole("heading", { name: "Pushed and verified" })).toBeVisible();
    const registry = new Registry(page.request);
    const { manifest } = await registry.manifest(`${await registry.home()}edition`, "v1");
    expect(manifest.layers.map((layer) => layer.digest.slice(0, "sha256:".length + digest.length))).toEqual([`sha256:${digest}`]);
  });
}
