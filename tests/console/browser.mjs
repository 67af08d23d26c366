// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium, driven by Playwright. Packages are installed outside the sources, so they are found by path.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** settings: {packages: a node_modules folder, program: Chromium} */
export async function openBrowser({ packages, program }) {
  const { chromium } = createRequire(join(packages, "any.js"))("playwright-core");
  const flags = ["--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];
  if (process.getuid() === 0) flags.push("--no-sandbox"); // Chromium has no sandbox for root
  return chromium.launch({ executablePath: program, args: flags });
}

export function axeSource({ packages }) {
  return readFileSync(join(packages, "axe-core/axe.min.js"), "utf8");
}
