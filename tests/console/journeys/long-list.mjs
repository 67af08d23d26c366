// SPDX-License-Identifier: Apache-2.0
// Event history where there is a lot of it. The suite looks at what makes it quick; bench/console has the figures.
import { strict as assert } from "node:assert";
import { firstPageAfterAnswer, loadRows } from "../measure.mjs";

const RENDERED_MAX = 150; // rows, whatever was loaded

export async function aLongListKeepsFewRowsRendered(visit) {
  await visit.enter("/events?category=Management&category=Data");
  await visit.settled();
  const found = await loadRows(visit, 500);
  assert.ok(found.rows >= 500, `${found.rows} rows were loaded`);
  assert.ok(found.rendered <= RENDERED_MAX, `${found.rendered} rows are rendered`);
}

export async function theFirstPageIsThereSoonAfterTheAnswer(visit) {
  await visit.enter("/settings");
  const times = [];
  for (let turn = 0; turn < 4; turn++) times.push(await firstPageAfterAnswer(visit));
  assert.ok(Math.min(...times) < 300, `${times.map(Math.round)} ms`);
}
