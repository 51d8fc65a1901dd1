/** Chance that can be repeated: the seed is printed, and can be given again. */

export class Chance {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** From the environment, or a new one. */
  static fromEnvironment(name: string): Chance {
    return new Chance(Number(process.env[name] ?? Math.floor(Math.random() * 2 ** 31)));
  }

  /** A number from `least` up to `most`. (xorshift32) */
  between(least: number, most: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return least + ((this.state >>> 0) / 2 ** 32) * (most - least);
  }

  /** Waits a while that nobody can foresee. */
  pause(least: number, most: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.between(least, most)));
  }
}
