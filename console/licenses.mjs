// SPDX-License-Identifier: Apache-2.0
// licenses.mjs DIST: licenses.txt beside the built files, which says whose work is in them and under which licences.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { packages } = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));

function textOf(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  return names.sort().map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}

const users = new Map(); // text of a licence, to the packages that are under it
for (const [path, { version, license, dev }] of Object.entries(packages)) {
  if (!path || dev) continue;
  const text = textOf(join(here, path)) || `(no text of its own: ${license})`;
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  users.set(text, [...(users.get(text) ?? []), `${name} ${version} (${license})`]);
}

const parts = [...users].map(([text, names]) => `${names.sort().join("\n")}\n\n${text}\n`);
writeFileSync(
  join(process.argv[2], "licenses.txt"),
  `Cairn's console contains the work of others, under the licences below.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`,
);
