/** The container engine below the cluster, over the Docker Engine API: a word to a job that neither console nor cluster passes on. */

import { request } from "node:http";

/** What a script waits with until `tell` is called for its job. */
export const UNTIL_TOLD = "until [ -e /told ]; do sleep 0.1; done";

/** Lets the job's script go on. */
export async function tell(job: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`roadstead.job=${job}`] }));
  const containers = (await ask("GET", `/containers/json?filters=${filters}`)) as { Id: string }[];
  const [container] = containers;
  if (!container || containers.length > 1) throw new Error(`${containers.length} containers run ${job}`);
  const exec = (await ask("POST", `/containers/${container.Id}/exec`, { Cmd: ["touch", "/told"] })) as { Id: string };
  await ask("POST", `/exec/${exec.Id}/start`, { Detach: true });
}

/** Reads an image archive, as `docker load` does, and forgets the image again; the answer says what it read. */
export async function load(archive: Buffer, image: string): Promise<string> {
  const said = await send("POST", "/images/load?quiet=1", archive, "application/x-tar");
  await send("DELETE", `/images/${encodeURIComponent(image)}?force=1`);
  return said;
}

async function ask(method: string, path: string, body: object = {}): Promise<unknown> {
  const text = await send(method, path, method === "POST" ? Buffer.from(JSON.stringify(body)) : undefined);
  return text ? JSON.parse(text) : undefined;
}

function send(method: string, path: string, body?: Buffer, type = "application/json"): Promise<string> {
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  const where = host.startsWith("unix://")
    ? { socketPath: host.slice("unix://".length) }
    : (({ hostname, port }) => ({ hostname, port }))(new URL(host.replace(/^tcp:/, "http:")));
  return new Promise((resolve, reject) => {
    const asked = request({ ...where, method, path, headers: { "content-type": type } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => (text += piece));
      answer.on("error", reject);
      answer.on("end", () => {
        if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(text);
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
