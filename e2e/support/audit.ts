/** The audit of a large cluster, as the gateway tells it: 2,000 images, 500 people, 20,000 grants; the same every time. */

export const IMAGES = 2_000;
export const PEOPLE = 500;
export const GRANTS = 20_000;
const PART = 80;

export function largeAudit(): string {
  const people = Array.from({ length: PEOPLE }, (_, n) => `user-${String(n).padStart(3, "0")}`);
  const images = Array.from({ length: IMAGES }, (_, n) => `org/p${n % 40}/image-${String(n).padStart(4, "0")}`);
  const actions = ["read", "write", "manage"];
  const grants = Array.from({ length: GRANTS }, (_, n) => ({
    // Each round of the images meets other people.
    principal: people[(n * 7_919 + Math.floor(n / IMAGES) * 37) % PEOPLE],
    uri: n % 100 === 0 ? `image://default/org/p${n % 40}` : `image://default/${images[(n * 104_729) % IMAGES]}`,
    action: actions[n % 3],
  }));
  const lines = [
    ...parts("principals", people.map((name) => ({ name, kind: "user" }))),
    ...parts("images", images.map((repository) => ({ uri: `image://default/${repository}`, repository }))),
    ...parts("grants", grants),
    { type: "done", cluster: "default", whole: true, gathered_at: new Date().toISOString(), gaps: [], capability: { history: true, atomic: true } },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function parts<T>(type: string, items: T[]): object[] {
  return Array.from({ length: Math.ceil(items.length / PART) }, (_, n) => ({ type, items: items.slice(n * PART, (n + 1) * PART) }));
}
