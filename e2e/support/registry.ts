/** The registry as the signed-in page reaches it, for what specs read back. */

import { gunzipSync } from "node:zlib";
import { expect, type APIRequestContext } from "@playwright/test";
import { sha256 } from "./archives.ts";

const OURS = { "X-Roadstead": "1" };
const ACCEPT = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

export type Manifest = { config: { digest: string }; layers: { digest: string; size: number; mediaType: string }[] };

export class Registry {
  constructor(private readonly request: APIRequestContext) {}

  /** `ORG/PROJECT/`, or `PROJECT/`: where the user's images live. */
  async home(): Promise<string> {
    const session = await (await this.request.get("/api/v1/session", { headers: OURS })).json();
    return session.org ? `${session.org}/${session.project}/` : `${session.project}/`;
  }

  async manifest(repository: string, reference: string): Promise<{ digest: string; manifest: Manifest }> {
    const answer = await this.request.get(`/v2/${repository}/manifests/${reference}`, { headers: { ...OURS, Accept: ACCEPT } });
    expect(answer.status(), await answer.text()).toBe(200);
    const bytes = await answer.body();
    return { digest: `sha256:${sha256(bytes)}`, manifest: JSON.parse(bytes.toString()) as Manifest };
  }

  async has(repository: string, reference: string): Promise<boolean> {
    const answer = await this.request.get(`/v2/${repository}/manifests/${reference}`, { headers: { ...OURS, Accept: ACCEPT } });
    return answer.ok();
  }

  async blob(repository: string, digest: string): Promise<Buffer> {
    const answer = await this.request.get(`/v2/${repository}/blobs/${digest}`, { headers: OURS });
    expect(answer.status()).toBe(200);
    const bytes = await answer.body();
    expect(`sha256:${sha256(bytes)}`).toBe(digest);
    return bytes;
  }

  /** The image there is byte for byte the one that was pushed. */
  async expectImage(repository: string, tag: string, layers: Buffer[], config: Buffer): Promise<string> {
    const { digest, manifest } = await this.manifest(repository, tag);
    expect(sha256(await this.blob(repository, manifest.config.digest))).toBe(sha256(config));
    expect(manifest.layers.length).toBe(layers.length);
    for (const [at, layer] of manifest.layers.entries()) {
      const bytes = await this.blob(repository, layer.digest);
      expect(bytes.length).toBe(layer.size);
      expect(sha256(gunzipSync(bytes)), `layer ${at}`).toBe(sha256(layers[at] as Buffer));
    }
    return digest;
  }
}
