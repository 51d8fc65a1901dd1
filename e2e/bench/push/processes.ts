/** What processes cost, as the kernel accounts it. */

import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, the same on every Linux. */
const TICKS = 100;

type Process = { pid: number; parent: number; ticks: number };

function processes(): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name in brackets may hold anything; the fields come after the last one. (proc_pid_stat(5))
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
      const [parent = 0, user = 0, system = 0] = [fields[1], fields[11], fields[12]];
      found.push({ pid: Number(name), parent, ticks: user + system });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** A process and all that descend from it. */
export function tree(root: number): number[] {
  const all = processes();
  const ours = new Set([root]);
  // A parent may be listed behind its child.
  for (let size = 0; size !== ours.size; ) {
    size = ours.size;
    for (const one of all) if (ours.has(one.parent)) ours.add(one.pid);
  }
  return [...ours];
}

/** Seconds of processor time that these have used until now. */
export function cpuSecs(pids: number[]): number {
  return processes().filter((one) => pids.includes(one.pid)).reduce((sum, one) => sum + one.ticks, 0) / TICKS;
}

/** Memory that is a process's own: not the files it has mapped, MB. */
function ownMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kib = (name: string) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))?.[1] ?? 0);
    return ((kib("RssAnon") + kib("RssShmem")) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

/** Looks a second. */
const LOOKS = 10;
/** Who belongs to a group is found out each so many looks: it takes all of /proc, and its cost must not show in what is measured. */
const LOOKS_A_FINDING = 30;

/** The most memory that processes had at once. */
export class Peak {
  private readonly most = new Map<string, number>();
  private found: Record<string, number[]> = {};
  private looks = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly groups: () => Record<string, number[]>) {
    this.timer = setInterval(() => this.look(), 1000 / LOOKS);
    this.look();
  }

  /** Looks at groups of processes again and again, each summed up, until `stop`. */
  static of(groups: () => Record<string, number[]>): Peak {
    return new Peak(groups);
  }

  stop(): Record<string, number> {
    clearInterval(this.timer);
    this.look();
    return Object.fromEntries(this.most);
  }

  private look(): void {
    if (this.looks++ % LOOKS_A_FINDING === 0) this.found = this.groups();
    // Each process once, whatever groups it is in.
    const own = new Map([...new Set(Object.values(this.found).flat())].map((pid) => [pid, ownMb(pid)]));
    for (const [name, pids] of Object.entries(this.found)) {
      const mb = pids.reduce((sum, pid) => sum + (own.get(pid) ?? 0), 0);
      this.most.set(name, Math.max(mb, this.most.get(name) ?? 0));
    }
  }
}

/** The renderers of these. */
export function renderers(pids: number[]): number[] {
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
    } catch {
      return false;
    }
  });
}
