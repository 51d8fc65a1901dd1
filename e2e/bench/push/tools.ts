/** skopeo and podman, as people push with them. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Cost } from "./cost.ts";
import { type Pair } from "./pair.ts";
import { cpuSecs } from "./processes.ts";

const run = promisify(execFile);

/** Runs a program; its own processor time as bash accounts it, and the registry's. */
async function timed(program: string, words: string[], pair: Pair): Promise<Cost> {
  const registry = cpuSecs([pair.pids.cluster]);
  const began = Date.now();
  const { stderr } = await run("bash", ["-c", 'TIMEFORMAT="%U %S"; time "$@" >&2', "bash", program, ...words], { maxBuffer: 1 << 24 });
  const secs = (Date.now() - began) / 1000;
  const [user = 0, system = 0] = stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { secs, cpuSecs: user + system, serverCpuSecs: cpuSecs([pair.pids.cluster]) - registry };
}

const destination = (pair: Pair, repository: string, tag: string) => `docker://${pair.registry}/${repository}:${tag}`;

/** skopeo remembers on disk which layers it has pushed where; on another machine it has no such memory. */
const FORGETFUL = ["--mount", "--map-root-user", "sh", "-c", 'mount -t tmpfs none /var/lib && exec "$@"', "sh"];

export async function skopeoPush(pair: Pair, archive: string, repository: string, tag: string, remembering = true): Promise<Cost> {
  const login = ["--dest-tls-verify=false", "--dest-creds", `token:${await pair.token()}`];
  const words = ["copy", "--quiet", ...login, `docker-archive:${archive}`, destination(pair, repository, tag)];
  return remembering ? timed("skopeo", words, pair) : timed("unshare", [...FORGETFUL, "skopeo", ...words], pair);
}

export async function skopeoPull(pair: Pair, repository: string, tag: string, file: string): Promise<Cost> {
  const login = ["--src-tls-verify=false", "--src-creds", `token:${await pair.token()}`];
  return timed("skopeo", ["copy", "--quiet", ...login, destination(pair, repository, tag), `oci-archive:${file}:${tag}`], pair);
}

/** podman with a store of its own, into which the image is loaded first; a reason where it cannot. */
export class Podman {
  private constructor(
    private readonly store: string[],
    private readonly image: string,
  ) {}

  static async load(folder: string, archive: string): Promise<Podman | string> {
    const store = ["--root", `${folder}/podman`, "--runroot", `${folder}/podman-run`];
    try {
      const { stdout } = await run("podman", [...store, "load", "--quiet", "--input", archive]);
      const image = stdout.trim().split(/\s+/).at(-1);
      return image ? new Podman(store, image) : "podman load named no image";
    } catch (error) {
      return String(error).split("\n").slice(0, 3).join(" ");
    }
  }

  async push(pair: Pair, repository: string, tag: string): Promise<Cost> {
    const login = ["--tls-verify=false", "--creds", `token:${await pair.token()}`];
    return timed("podman", [...this.store, "push", "--quiet", ...login, this.image, destination(pair, repository, tag)], pair);
  }

  async forget(): Promise<void> {
    await run("podman", [...this.store, "rmi", "--all", "--force"]).catch(() => undefined);
  }
}
