// SPDX-License-Identifier: Apache-2.0
// Every page, light and dark, on a phone and on a desk; tools/make-screenshots asks for them and keeps them.
import { eachPage } from "../places.mjs";

const QUALITY = 45; // of WebP: text stays sharp, a picture is some 20 KB
const WIDTHS = [
  { width: 360, height: 740 },
  { width: 1280, height: 880 },
];

async function keep(visit, name) {
  const session = await visit.page.context().newCDPSession(visit.page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await visit.ask("keep", { name: name.toLowerCase().replaceAll(" ", "-"), data });
  await session.detach();
}

export async function everyPage(visit) {
  for (const size of WIDTHS)
    for (const isDark of [false, true]) {
      const suffix = `${size.width}${isDark ? "-dark" : ""}`;
      const page = await visit.open("/dashboard", { ...size, isDark });
      await page.getByLabel("Access key ID").waitFor();
      await keep(visit, `Sign in ${suffix}`);
      await visit.signIn();
      await page.getByRole("navigation", { name: "Breadcrumbs" }).waitFor();
      await eachPage(visit, async (name) => {
        await page.waitForTimeout(250); // charts are drawn
        await keep(visit, `${name} ${suffix}`);
      });
    }
}
