/** podman, buildah and skopeo, with a store of their own. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export class Tools {
  private constructor(readonly folder: string) {}

  static async begin(): Promise<Tools> {
    // Podman takes no longer path than 50 characters for what runs.
    return new Tools(await mkdtemp("/tmp/rs-"));
  }

  async end(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs one; what it printed. A tool that refuses fails with what it said. */
  async run(program: "podman" | "buildah" | "skopeo", ...words: string[]): Promise<string> {
    // `vfs` works on every file system, also below another overlay.
    const own = ["--storage-driver", "vfs", "--root", join(this.folder, "store"), "--runroot", join(this.folder, "run")];
    return (await run(program, program === "skopeo" ? words : [...own, ...words])).stdout;
  }
}
