/** Small images made by hand and pushed through the OCI distribution API, as a container engine would. */

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, type APIRequestContext } from "@playwright/test";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

type Recipe = { files?: Record<string, string>[]; env?: string[]; labels?: Record<string, string>; architecture?: string };
type Written = { digest: string; bytes: Buffer; mediaType: string };

/** The registry as a client with a token sees it. */
export class Registry {
  constructor(
    private readonly request: APIRequestContext,
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Pushes an image of one platform under each of these tags; its digest. */
  async push(repository: string, tags: string[], recipe: Recipe = {}): Promise<string> {
    const manifest = await this.image(repository, recipe);
    for (const tag of tags) await this.putManifest(repository, tag, manifest);
    return manifest.digest;
  }

  /** Pushes an index of several platforms. */
  async pushIndex(repository: string, tag: string, recipes: (Recipe & { architecture: string })[]): Promise<string> {
    const manifests = [];
    for (const recipe of recipes) {
      const manifest = await this.image(repository, recipe);
      await this.putManifest(repository, manifest.digest, manifest);
      const { digest, bytes, mediaType } = manifest;
      manifests.push({ mediaType, digest, size: bytes.length, platform: { os: "linux", architecture: recipe.architecture } });
    }
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    const index = { digest: digestOf(bytes), bytes, mediaType: INDEX };
    await this.putManifest(repository, tag, index);
    return index.digest;
  }

  /** The tags there are; none for a repository that is not there. */
  async tags(repository: string): Promise<string[]> {
    const answer = await this.request.get(`${this.url}/v2/${repository}/tags/list`, { headers: this.headers() });
    if (answer.status() === 404) return [];
    return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
  }

  private async image(repository: string, recipe: Recipe): Promise<Written> {
    const { files = [{ "hello.txt": "hello" }], env = [], labels = {}, architecture = "amd64" } = recipe;
    const layers = [];
    const diffIds = [];
    for (const content of files) {
      const plain = tar(content);
      const packed = gzipSync(plain);
      diffIds.push(digestOf(plain));
      layers.push({ mediaType: LAYER, digest: digestOf(packed), size: packed.length });
      await this.putBlob(repository, packed);
    }
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: "linux",
        created: "2026-11-20T10:00:00Z",
        config: { Entrypoint: ["/bin/start"], Cmd: ["--serve"], Env: env, WorkingDir: "/srv", User: "app", ExposedPorts: { "8000/tcp": {} }, Labels: labels },
        rootfs: { type: "layers", diff_ids: diffIds },
        history: [
          ...files.map((content) => ({ created_by: `COPY ${Object.keys(content).join(" ")} / # buildkit` })),
          { created_by: `ENTRYPOINT ["/bin/start"]`, empty_layer: true },
        ],
      }),
    );
    await this.putBlob(repository, config);
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: { mediaType: CONFIG, digest: digestOf(config), size: config.length }, layers }),
    );
    return { digest: digestOf(bytes), bytes, mediaType: MANIFEST };
  }

  private async putBlob(repository: string, bytes: Buffer): Promise<void> {
    const begun = await this.request.post(`${this.url}/v2/${repository}/blobs/uploads/`, { headers: this.headers() });
    expect(begun.status(), await begun.text()).toBe(202);
    const to = new URL(begun.headers()["location"] ?? "", this.url);
    to.searchParams.set("digest", digestOf(bytes));
    const done = await this.request.put(to.href, { headers: { ...this.headers(), "content-type": "application/octet-stream" }, data: bytes });
    expect(done.status(), await done.text()).toBe(201);
  }

  private async putManifest(repository: string, name: string, manifest: Written): Promise<void> {
    const answer = await this.request.put(`${this.url}/v2/${repository}/manifests/${name}`, {
      headers: { ...this.headers(), "content-type": manifest.mediaType },
      data: manifest.bytes,
    });
    expect(answer.status(), await answer.text()).toBe(201);
  }

  private headers(): Record<string, string> {
    return { authorization: `Basic ${Buffer.from(`token:${this.token}`).toString("base64")}` };
  }
}

/** A tar of plain files (POSIX ustar). */
function tar(files: Record<string, string>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write("0000644\0", 100);
    head.write("0000000\0", 108);
    head.write("0000000\0", 116);
    head.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    head.write("00000000000\0", 136);
    head.write("        0", 148);
    head.write("ustar\x0000", 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(head, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The names in a plain tar, for looking into a download. */
export function namesIn(archive: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const text = (from: number, length: number) => archive.toString("latin1", at + from, at + from + length).replace(/\0.*$/s, "");
    names.push(text(345, 155) ? `${text(345, 155)}/${text(0, 100)}` : text(0, 100));
    at += 512 + Math.ceil(parseInt(text(124, 12), 8) / 512) * 512;
  }
  return names;
}
