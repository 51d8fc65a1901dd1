import { defineConfig } from "@playwright/test";
import bench from "./bench.config.ts";

/** Mixed traffic for as long as ROADSTEAD_SOAK_MINUTES says; writes its table to results/soak.json. */
export default defineConfig({ ...bench, testDir: "soak", timeout: 0, projects: [{ name: "soak" }] });
