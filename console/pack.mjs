// SPDX-License-Identifier: Apache-2.0
// pack.mjs DIST PACK: the built files in one, as docs/formats/console-pack.md has it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const [dist, target] = process.argv.slice(2);
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

function number(value, size) {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
}

const paths = [...files(dist)].map((path) => [Buffer.from(relative(dist, path)), path]);
paths.sort(([a], [b]) => Buffer.compare(a, b));
const parts = [Buffer.from("CAIRNCON"), number(1, 4), number(paths.length, 4)];
for (const [name, path] of paths) {
  const content = readFileSync(path);
  const packed = gzipSync(content, { level: 9 });
  const type = Buffer.from(types[extname(path)] ?? "application/octet-stream");
  const isImmutable = name.toString().startsWith("assets/") ? 1 : 0;
  parts.push(number(packed.length, 4), number(content.length, 4), number(name.length, 2), number(type.length, 2));
  parts.push(number(isImmutable, 4), name, type, packed);
}
const body = Buffer.concat(parts);
writeFileSync(target, Buffer.concat([body, createHash("sha256").update(body).digest()]));
