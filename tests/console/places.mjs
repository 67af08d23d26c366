// SPDX-License-Identifier: Apache-2.0
// The pages of the console, and the way through all of them.
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
export async function eachPage(visit, look) {
  const known = await visit.ask("known");
  for (const [name, pattern] of Object.entries(PAGES)) {
    const path = pattern.replace(/:(\w+)/, (_, word) => encodeURIComponent(known[word]));
    await visit.go(path);
    assert.equal(await visit.page.title(), `${name} - Cairn`);
    await visit.settled();
    await look(name, path);
  }
}
