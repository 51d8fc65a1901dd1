import { defineConfig } from "@playwright/test";

const chromium = process.env.ROADSTEAD_CHROMIUM ?? "/usr/bin/chromium";

/** Every spec runs at two widths against the real server with real containers. */
export default defineConfig({
  testDir: "specs",
  outputDir: "results/runs",
  // Each has a server of its own, and mostly waits for what it looks at: two keep two cores busy, more would only wait for them.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: true, sources: false },
    screenshot: "only-on-failure",
    actionTimeout: 20_000,
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: {
      executablePath: chromium,
      // A host that is not the own one: to it a browser speaks plain HTTP without what it keeps for safe pages.
      args: ["--host-resolver-rules=MAP console.test 127.0.0.1", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
    locale: "en-GB",
    timezoneId: "UTC",
  },
  projects: [
    { name: "wide", use: { viewport: { width: 1440, height: 900 } } },
    // What is tagged so is about what travels, not about how it is laid out.
    { name: "phone", grepInvert: /@one-width/, use: { viewport: { width: 390, height: 844 }, hasTouch: true } },
  ],
});
