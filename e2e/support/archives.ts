/** Image archives made for specs: a docker-archive as `docker save` writes it, an OCI layout as skopeo does. Deterministic from a seed. */

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BLOCK = 512;

export type Made = { tar: Buffer; layers: Buffer[]; config: Buffer };

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Bytes that do not compress (`share` 1) or do (`share` 0), the same for the same seed. */
export function noise(size: number, seed: number, share = 0.5): Buffer {
  const bytes = Buffer.alloc(size, "a layer's text, again and again; ");
  let state = seed * 2654435761 + 1;
  for (let at = 0; at + 4 <= size * share; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state | 0, at);
  }
  return bytes;
}

/** The bytes in a zstd frame of raw blocks (RFC 8878, section 3.1.1): Node has a compressor only since 22.15. */
export function zstdFrame(bytes: Buffer): Buffer {
  const blockBytes = 128 * 1024;
  // No checksum, no size, a window of two mebibytes.
  const parts: Buffer[] = [Buffer.from("28b52ffd0058", "hex")];
  for (let at = 0; at < bytes.length || at === 0; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at + blockBytes >= bytes.length ? 1 : 0), 0, 3);
    parts.push(head, block);
  }
  return Buffer.concat(parts);
}

/** A tar with one file in it: what a layer is. */
export const layer = (name: string, content: Buffer): Buffer => tar([[name, content]]);

export function tar(entries: [string, Buffer][]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, content] of entries) {
    parts.push(head(name, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** As `docker save` before version 25 writes it. */
export function dockerArchive(names: string[], layers: Buffer[]): Made {
  const config = Buffer.from(configOf(layers));
  const id = sha256(config);
  const manifest = [{ Config: `${id}.json`, RepoTags: names, Layers: layers.map((bytes) => `${sha256(bytes)}/layer.tar`) }];
  const entries: [string, Buffer][] = layers.map((bytes) => [`${sha256(bytes)}/layer.tar`, bytes]);
  entries.push([`${id}.json`, config], ["manifest.json", Buffer.from(JSON.stringify(manifest))]);
  return { tar: tar(entries), layers, config };
}

/** As `crane pull` writes it: a docker-archive of compressed layers. `hidden` is what the layers hold in place of what the config says. */
export function craneArchive(names: string[], layers: Buffer[], hidden = layers): Made {
  const config = Buffer.from(configOf(layers));
  const packed = hidden.map((bytes) => gzipSync(bytes, { level: 6 }));
  const id = `sha256:${sha256(config)}`;
  const manifest = [{ Config: id, RepoTags: names, Layers: packed.map((bytes) => `${sha256(bytes)}.tar.gz`) }];
  const entries: [string, Buffer][] = packed.map((bytes) => [`${sha256(bytes)}.tar.gz`, bytes]);
  entries.push([id, config], ["manifest.json", Buffer.from(JSON.stringify(manifest))]);
  return { tar: tar(entries), layers, config };
}

/** As `skopeo copy ... oci-archive:` writes it: layers compressed, each blob by its digest. */
export function ociArchive(tag: string, layers: Buffer[]): Made & { digest: string } {
  const config = Buffer.from(configOf(layers));
  const packed = layers.map((bytes) => gzipSync(bytes, { level: 6 }));
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: descriptor("application/vnd.oci.image.config.v1+json", config),
      layers: packed.map((bytes) => descriptor("application/vnd.oci.image.layer.v1.tar+gzip", bytes)),
    }),
  );
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor("application/vnd.oci.image.manifest.v1+json", manifest), annotations: { "org.opencontainers.image.ref.name": tag } }],
  };
  const blobs = [config, ...packed, manifest];
  const entries: [string, Buffer][] = blobs.map((bytes) => [`blobs/sha256/${sha256(bytes)}`, bytes]);
  entries.push(["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')], ["index.json", Buffer.from(JSON.stringify(index))]);
  return { tar: tar(entries), layers, config, digest: `sha256:${sha256(manifest)}` };
}

/** A layer of an image in an index: `foreign` ones have an address, `absent` ones are named and not in the file. */
export type Part = { bytes: Buffer; foreign?: string[]; absent?: boolean };

/** An OCI layout of one image for each architecture, under one index where there are several. */
export function indexArchive(tag: string, images: { architecture: string; layers: Part[] }[]): { tar: Buffer; manifests: string[] } {
  const blobs = new Map<string, Buffer>();
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length });
  const blob = (mediaType: string, bytes: Buffer) => {
    blobs.set(sha256(bytes), bytes);
    return descriptor(mediaType, bytes);
  };
  const children = images.map(({ architecture, layers }) => {
    const config = { ...JSON.parse(configOf(layers.map((part) => part.bytes))), architecture };
    const named = layers.map(({ bytes, foreign, absent }) => {
      const packed = gzipSync(bytes, { level: 6 });
      if (foreign) return { ...descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", packed), urls: foreign };
      const kind = "application/vnd.oci.image.layer.v1.tar+gzip";
      return absent ? descriptor(kind, packed) : blob(kind, packed);
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: blob("application/vnd.oci.image.config.v1+json", Buffer.from(JSON.stringify(config))),
      layers: named,
    };
    return { ...blob(manifest.mediaType, Buffer.from(JSON.stringify(manifest))), platform: { os: "linux", architecture } };
  });
  const kind = "application/vnd.oci.image.index.v1+json";
  const index = { schemaVersion: 2, mediaType: kind, manifests: children };
  const root = children.length === 1 ? children[0] : blob(kind, Buffer.from(JSON.stringify(index)));
  const list = { schemaVersion: 2, manifests: [{ ...root, annotations: { "org.opencontainers.image.ref.name": tag } }] };
  const entries: [string, Buffer][] = [...blobs].map(([hex, bytes]) => [`blobs/sha256/${hex}`, bytes]);
  entries.push(["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')], ["index.json", Buffer.from(JSON.stringify(list))]);
  return { tar: tar(entries), manifests: children.map((child) => child.digest) };
}

/** Writes a file that is too large to be handed to the browser from memory. */
export async function write(path: string, bytes: Buffer): Promise<string> {
  const file = await open(path, "w");
  await file.writeFile(bytes);
  await file.close();
  return path;
}

/**
 * Writes a docker-archive with one layer of so many bytes, all of them a hole that takes no room on disk. Its diffID is invented:
 * nobody can have read the layer who does not object to it.
 */
export async function writeHollow(path: string, name: string, layerBytes: number): Promise<string> {
  const invented = sha256(Buffer.from(name));
  const config = Buffer.from(configOfDigests([invented]));
  const id = sha256(config);
  const manifest = [{ Config: `${id}.json`, RepoTags: [name], Layers: [`${invented}/layer.tar`] }];
  const rest = tar([[`${id}.json`, config], ["manifest.json", Buffer.from(JSON.stringify(manifest))]]);
  const file = await open(path, "w");
  await file.write(head(`${invented}/layer.tar`, layerBytes), 0, BLOCK, 0);
  await file.write(rest, 0, rest.length, BLOCK + Math.ceil(layerBytes / BLOCK) * BLOCK);
  await file.close();
  return path;
}

const configOf = (layers: Buffer[]): string => configOfDigests(layers.map(sha256));

function configOfDigests(digests: string[]): string {
  return JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: digests.map(() => ({ created: "2026-01-01T00:00:00Z", created_by: "made by a spec" })),
  });
}

function head(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, "utf8");
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  if (size < 8 ** 11) {
    block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  } else {
    // As GNU tar writes what eleven octal digits cannot hold.
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
