// SPDX-License-Identifier: Apache-2.0
// What holds on every page: no serious barrier for people with other ways to read and type, light and dark; no page
// that scrolls sideways on a small screen; all of it reachable by keys.
import { strict as assert } from "node:assert";
import { eachPage } from "../places.mjs";

async function noBarriers(visit, isDark) {
  const page = await visit.open("/dashboard", { isDark });
  await page.getByLabel("Access key ID").waitFor();
  const found = (await visit.barriers()).map((text) => `Sign in: ${text}`);
  await visit.signIn();
  await page.getByRole("navigation", { name: "Breadcrumbs" }).waitFor();
  await eachPage(visit, async (name) => {
    for (const text of await visit.barriers()) found.push(`${name}: ${text}`);
  });
  assert.deepEqual(found, []);
}

export async function noPageHasABarrierInTheLight(visit) {
  await noBarriers(visit, false);
}

export async function noPageHasABarrierInTheDark(visit) {
  await noBarriers(visit, true);
}

async function noSidewaysScrolling(visit, width) {
  const page = await visit.enter("/dashboard", { width, height: 800 });
  const wide = [];
  await eachPage(visit, async (name) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) wide.push(`${name} by ${over} px`);
  });
  assert.deepEqual(wide, []);
}

export async function noPageScrollsSidewaysOnAPhone(visit) {
  await noSidewaysScrolling(visit, 360);
}

export async function noPageScrollsSidewaysOnAWideScreen(visit) {
  await noSidewaysScrolling(visit, 2560);
}

export async function theModeIsChosenAndKept(visit) {
  const page = await visit.enter("/dashboard", {});
  const isDark = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  assert.equal(await isDark(), "light");
  await page.getByRole("button", { name: "Dark mode" }).click();
  assert.equal(await isDark(), "dark");
  await page.reload();
  await page.getByRole("button", { name: "Light mode" }).waitFor();
  assert.equal(await isDark(), "dark");
}

/** By keys alone: in, past the head, to a page of the side navigation, and into an event. */
export async function keysReachEverything(visit) {
  const page = await visit.open("/events");
  await page.getByLabel("Access key ID").focus();
  await page.keyboard.type(visit.settings.key[0]);
  await page.keyboard.press("Tab");
  await page.keyboard.type(visit.settings.key[1]);
  await page.keyboard.press("Enter");
  const list = page.getByRole("table", { name: "Events" });
  await list.getByRole("link").first().waitFor();
  const focused = () => page.evaluate(() => document.activeElement.innerText?.trim() || document.activeElement.getAttribute("aria-label"));
  const fromTheTop = () =>
    page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
    });
  await fromTheTop();
  const places = [];
  for (let press = 0; press < 30; press++) {
    await page.keyboard.press("Tab");
    places.push((await focused())?.slice(0, 40));
  }
  const order = ["Skip to main content", "Cairn", "Dark mode", "Close side navigation", "Dashboard", "Settings", "Refresh", "Filter events"];
  const at = order.map((name) => places.indexOf(name));
  assert.ok(!at.includes(-1), places.join(", "));
  assert.deepEqual(at, [...at].sort((a, b) => a - b), places.join(", "));
  await fromTheTop();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
  await list.getByRole("link").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/events\/[0-9a-f-]{36}/);
}
