/**
 * A push through faults: gateway, cluster, network and tab each killed at random moments. In the end the image is byte for byte the
 * one of a push without faults. `cargo xtask e2e --faults 20` makes it twenty kills of each kind; a seed that failed can be given again.
 */

import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";
import { Edge } from "../support/edge.ts";
import { dockerArchive, layer, noise, write } from "../support/archives.ts";
import { Chance } from "../support/chance.ts";
import { Pair } from "../support/pair.ts";
import { Registry } from "../support/registry.ts";
import { Wire } from "../support/wire.ts";

const MIB = 1024 * 1024;
const KILLS = Number(process.env.ROADSTEAD_FAULTS ?? 3);
/** So slow that every kill finds the push under way: 53 MiB of it travel, and all kills together take less than that. */
const BYTES_PER_SEC = (18 / KILLS) * MIB;
/** Room for the image and not for much more. */
const QUOTA_MIB = 120;
const PATIENCE_MS = 120_000 + KILLS * 15_000;

const made = dockerArchive(["faults:v1"], [layer("one", noise(40 * MIB, 21, 1)), layer("two", noise(30 * MIB, 22)), layer("three", noise(9 * MIB, 23))]);

type OfWorker = { folder: string; file: string; chance: Chance };
type OfTest = { pair: Pair; wire: Wire; tabs: BrowserContext; page: Page };

const test = base.extend<OfTest, OfWorker>({
  folder: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "roadstead-faults-"));
      await use(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  file: [async ({ folder }, use) => use(await write(join(folder, "faults.tar"), made.tar)), { scope: "worker" }],
  chance: [
    async ({}, use) => {
      const chance = Chance.fromEnvironment("ROADSTEAD_FAULTS_SEED");
      console.log(`faults: ${KILLS} of each kind, ROADSTEAD_FAULTS_SEED=${chance.seed}`);
      await use(chance);
    },
    { scope: "worker" },
  ],
  // One for each test: a registry that has the layers would need none of them.
  pair: async ({ folder }, use) => {
    const pair = await Pair.start({ gateway: ["--zstd-layers"], cluster: ["--image-quota-mib", String(QUOTA_MIB)] }, folder);
    await use(pair);
    await pair.stop();
  },
  wire: async ({ pair }, use) => {
    const wire = await Wire.to(pair.gateway.url);
    await use(wire);
    await wire.close();
  },
  /** A browser that is signed in through the wire. */
  tabs: async ({ browser, pair, wire, viewport }, use) => {
    const tabs = await browser.newContext({ baseURL: wire.url, viewport });
    const page = await tabs.newPage();
    await page.goto((await pair.link()).replace(pair.gateway.url, wire.url));
    await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
    await page.close();
    wire.bytesPerSec = BYTES_PER_SEC;
    await use(tabs);
    await tabs.close();
  },
  page: async ({ tabs }, use) => use(await tabs.newPage()),
});

test.skip(Edge.isWanted, "these have native gateways of their own");

type Compression = "gzip" | "zstd";

/** What a push without faults leaves, by compression. */
const calm = new Map<Compression, string>();

const done = (page: Page) => page.getByRole("heading", { name: "Pushed and verified" });

async function begin(page: Page, file: string, name: string, compression: Compression = "gzip"): Promise<void> {
  await page.goto("/images/push");
  await page.locator("#push-files").setInputFiles(file);
  await page.getByLabel("Compression").selectOption(compression);
  await page.getByLabel("Name in the registry").fill(`image:${name}:v1`);
  await page.getByRole("button", { name: "Push", exact: true }).click();
}

async function ends(page: Page): Promise<void> {
  await expect(done(page)).toBeVisible({ timeout: PATIENCE_MS });
}

/** The image there is what was in the file, and its manifest that of a push without faults. */
async function expectCalm(page: Page, name: string, compression: Compression = "gzip"): Promise<void> {
  const registry = new Registry(page.request);
  const { digest, manifest } = await registry.manifest(`${await registry.home()}${name}`, "v1");
  expect(digest).toBe(calm.get(compression));
  for (const { digest } of manifest.layers) await registry.blob(`${await registry.home()}${name}`, digest);
}

/** Kills and brings back, each time while the push is under way; what is left then goes at full speed. */
async function hurt(page: Page, chance: Chance, wire: Wire, kill: () => Promise<void>, mend: () => Promise<void>): Promise<void> {
  for (let times = 0; times < KILLS; times++) {
    await chance.pause(200, 1_500);
    expect(await done(page).isVisible(), "the push is still under way").toBe(false);
    await kill();
    await chance.pause(50, 800);
    await mend();
  }
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
}

test.describe.configure({ mode: "serial", timeout: PATIENCE_MS * 2 });

// The moments do not depend on the width.
test.skip(({ viewport }) => (viewport?.width ?? 0) < 1000, "at one width");

test("without faults", async ({ page, file, wire }) => {
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await begin(page, file, "calm");
  await ends(page);
  const registry = new Registry(page.request);
  calm.set("gzip", await registry.expectImage(`${await registry.home()}calm`, "v1", made.layers, made.config));
});

test("without faults, in zstd", async ({ page, file, wire }) => {
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await begin(page, file, "calm", "zstd");
  await ends(page);
  const registry = new Registry(page.request);
  const { digest, manifest } = await registry.manifest(`${await registry.home()}calm`, "v1");
  calm.set("zstd", digest);
  for (const layer of manifest.layers) {
    expect(layer.mediaType).toBe("application/vnd.oci.image.layer.v1.tar+zstd");
    const bytes = await registry.blob(`${await registry.home()}calm`, layer.digest);
    // What is in the frames is seen by the workers' own tests; here, that they are zstd's (RFC 8878, section 3.1.1).
    expect(bytes.subarray(0, 4).toString("hex")).toBe("28b52ffd");
  }
});

test("a push is paused, the console is used meanwhile, and it goes on", async ({ page, file, wire }) => {
  await begin(page, file, "paused");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("heading", { name: "Paused" })).toBeVisible();
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await page.getByRole("link", { name: /^Push: / }).click();
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await page.getByRole("button", { name: "Continue" }).click();
  await ends(page);
  await expectCalm(page, "paused");
});

test("the gateway is killed at random moments", async ({ page, file, chance, pair, wire }) => {
  await begin(page, file, "killed");
  await hurt(page, chance, wire, () => pair.gateway.end("SIGKILL"), () => pair.gateway.start());
  await ends(page);
  await expectCalm(page, "killed");
});

test("the cluster is killed at random moments", async ({ page, file, chance, pair, wire }) => {
  await begin(page, file, "killed");
  await hurt(page, chance, wire, () => pair.cluster.end("SIGKILL"), () => pair.cluster.start());
  await ends(page);
  await expectCalm(page, "killed");
});

test("the network is cut at random moments", async ({ page, file, chance, wire }) => {
  await begin(page, file, "cut");
  await hurt(page, chance, wire, async () => wire.cut(), async () => wire.mend());
  await ends(page);
  await expectCalm(page, "cut");
});

for (const compression of ["gzip", "zstd"] as const) {
  test(`the tab is closed at random moments, and another goes on, in ${compression}`, async ({ tabs, file, chance, wire }) => {
    const before = wire.sent;
    for (let kill = 0; kill < KILLS; kill++) {
      const page = await tabs.newPage();
      await begin(page, file, "closed", compression);
      await chance.pause(300, 2_000);
      expect(await done(page).isVisible(), "the push is still under way").toBe(false);
      await page.close({ runBeforeUnload: false });
    }
    wire.bytesPerSec = Number.POSITIVE_INFINITY;
    const page = await tabs.newPage();
    await begin(page, file, "closed", compression);
    await ends(page);
    await expectCalm(page, "closed", compression);
    // A closed tab loses what was under way: three chunks, and no more.
    console.log(`${((wire.sent - before) / MIB).toFixed(0)} MiB were sent in ${KILLS + 1} tabs`);
  });
}

test("a tab that is closed when a layer is whole in the registry, and has not heard so, leaves nothing that another cannot finish", async ({ tabs, file, wire }) => {
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  const page = await tabs.newPage();
  const landed = new Promise<void>((resolve) => {
    void page.route(/\/v2\/.*\/blobs\/uploads\/.*digest=/, async (route) => {
      // The end of a layer that went in chunks; what is small goes with it all at once.
      if (route.request().method() !== "PUT" || route.request().postDataBuffer() !== null) return route.continue();
      const answer = await route.fetch();
      expect(answer.status()).toBe(201);
      resolve();
    });
  });
  await begin(page, file, "unheard");
  await landed;
  await page.close({ runBeforeUnload: false });
  const other = await tabs.newPage();
  await begin(other, file, "unheard");
  await ends(other);
  await expectCalm(other, "unheard");
});

test("two tabs that push to the same tag do not mix: the second is told, and can follow", async ({ tabs, file, wire }) => {
  const [one, two] = [await tabs.newPage(), await tabs.newPage()];
  await begin(one, file, "both");
  // Paused it is as much under way as before, and does not end meanwhile.
  await one.getByRole("button", { name: "Pause" }).click();
  await begin(two, file, "both");
  await expect(two.getByText("Another tab is pushing to this tag.")).toBeVisible();
  await expect(two.getByText("No tag was set or changed.")).toBeVisible();
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await one.getByRole("button", { name: "Continue" }).click();
  await ends(one);
  await two.getByRole("button", { name: "Try again from where it stopped" }).click();
  await ends(two);
  await expectCalm(two, "both");
});

test("a quota that is full in mid-push says so, sets no tag, and leaves room when it is cancelled", async ({ page, file, folder, wire }) => {
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  // Two of them do not fit, so that at most one is whole when there is no more room. The one that finds none is thrown away by the
  // registry; what is there of the others leaves too little for the next image.
  const half = (QUOTA_MIB / 2 + 1) * MIB;
  const large = dockerArchive(["large:v1"], [31, 32, 33].map((seed) => layer(`large ${seed}`, noise(half, seed, 1))));
  await begin(page, await write(join(folder, "large.tar"), large.tar), "large");
  await expect(page.getByText("The project has no room left.")).toBeVisible({ timeout: PATIENCE_MS });
  await expect(page.getByText("No tag was set or changed.")).toBeVisible();
  const registry = new Registry(page.request);
  expect(await registry.has(`${await registry.home()}large`, "v1")).toBe(false);
  await page.getByRole("button", { name: "Cancel push" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel push" }).click();
  // In the same tab: the uploads are being ended, and the next push waits for that.
  await page.getByRole("button", { name: "Remove large.tar" }).click();
  await expect(page.getByRole("heading", { name: "Interrupted" })).toBeHidden();
  await page.locator("#push-files").setInputFiles(file);
  await page.getByLabel("Compression").selectOption("gzip");
  await page.getByLabel("Name in the registry").fill("image:fits:v1");
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await ends(page);
  await expectCalm(page, "fits");
});

test("a file that changes while it is pushed is never pushed half", async ({ page, file, folder, wire }) => {
  const changing = join(folder, "changing.tar");
  await copyFile(file, changing);
  // What is changed is the end of the layer that takes longest: some 20 MiB are read ahead of what is sent, and at this speed the rest
  // waits, however late this notices that the push is under way. What was read before a change is pushed as it was.
  wire.bytesPerSec = MIB / 2;
  await begin(page, changing, "changing");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await writeFile(changing, Buffer.from(made.tar).fill(7, 38 * MIB, 38 * MIB + 4096));
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  await expect(page.getByText("The file changed on disk or can no longer be read.")).toBeVisible({ timeout: PATIENCE_MS });
  const registry = new Registry(page.request);
  expect(await registry.has(`${await registry.home()}changing`, "v1")).toBe(false);
});

test("a file that changed since its push was interrupted begins anew, and says so", async ({ tabs, folder, wire }) => {
  const first = dockerArchive(["anew:v1"], [layer("one", noise(30 * MIB, 41, 1))]);
  const second = dockerArchive(["anew:v1"], [layer("one", noise(30 * MIB, 42, 1))]);
  const file = await write(join(folder, "anew.tar"), first.tar);
  const page = await tabs.newPage();
  // So slow that there is a time between the first chunk and the end, however many kills the others have.
  wire.bytesPerSec = 2 * MIB;
  await begin(page, file, "anew");
  // Something of it is remembered as soon as a chunk has landed.
  await expect(page.getByText(/[1-9]\S*\sMB\ssent/)).toBeVisible({ timeout: PATIENCE_MS });
  await page.close({ runBeforeUnload: false });
  await write(file, second.tar);
  wire.bytesPerSec = Number.POSITIVE_INFINITY;
  const again = await tabs.newPage();
  await again.goto("/images/push");
  await expect(again.getByRole("heading", { name: "Interrupted" })).toBeVisible();
  await again.locator("#push-files").setInputFiles(file);
  await expect(again.getByText("the file has changed since. It begins anew.")).toBeVisible();
  await again.getByLabel("Compression").selectOption("gzip");
  await again.getByLabel("Name in the registry").fill("image:anew:v1");
  await again.getByRole("button", { name: "Push", exact: true }).click();
  await ends(again);
  const registry = new Registry(again.request);
  await registry.expectImage(`${await registry.home()}anew`, "v1", second.layers, second.config);
});
