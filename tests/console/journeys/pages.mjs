// SPDX-License-Identifier: Apache-2.0
// What holds on every page: no serious barrier for people with other ways to read and type, light and dark; no page
// that scrolls sideways on a small screen; all of it reachable by keys.
import { strict as assert } from "node:assert";

const PAGES = {
  Dashboard: "/dashboard",
  "Event history": "/events",
  Event: "/events/:event",
  Trails: "/trails",
  "Create trail": "/trails/create",
  Trail: "/trails/detail?arn=:trail",
  Insights: "/insights",
  Insight: "/insights/:insight",
  "Event data stores": "/lake/stores",
  "Create event data store": "/lake/stores/create",
  "Event data store": "/lake/stores/detail?id=:store",
  Query: "/lake/query",
  Dashboards: "/lake/dashboards",
  Settings: "/settings",
};

/** Every page in turn, with the names of what there is put into its address. */
async function eachPage(visit, look) {
  const known = await visit.ask("known");
  for (const [name, pattern] of Object.entries(PAGES)) {
    const path = pattern.replace(/:(\w+)/, (_, word) => encodeURIComponent(known[word]));
    await visit.go(path);
    assert.equal(await visit.page.title(), `${name} - Cairn`);
    await visit.settled();
    await look(name, path);
  }
}

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
