import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

/** Measurements: each file in bench/ writes one table `{title, method, head, rows}` to results/bench/NAME.json. */
export default defineConfig({
  ...tests,
  testDir: "bench",
  timeout: 600_000,
  use: { ...tests.use, trace: "off", screenshot: "off" },
  projects: [{ name: "bench", use: { viewport: { width: 1440, height: 900 } } }],
});
