// SPDX-License-Identifier: Apache-2.0
// Event history in a browser against a running daemon: bench/console starts it.
//   node bench/console.mjs '{"origin": ..., "key": [...], "region": ..., "program": ..., "packages": ...}'
import { openBrowser } from "../tests/console/browser.mjs";
import { firstPageAfterAnswer, scrolling } from "../tests/console/measure.mjs";
import { Visit } from "../tests/console/visit.mjs";

const TURNS = 9;
const ROWS = 5000;
const FIRST_PAGE_MAX_MS = 300;
const TASK_MAX_MS = 200;
const settings = JSON.parse(process.argv[2]);
const browser = await openBrowser(settings);
const visit = new Visit(browser, settings);
await visit.enter("/settings");
const times = [];
for (let turn = 0; turn < TURNS; turn++) times.push(Math.round(await firstPageAfterAnswer(visit)));
times.sort((a, b) => a - b);
const { rows, longest, rendered } = await scrolling(visit, ROWS);
console.log(`first page after its answer   ${times[TURNS >> 1]} ms (median of ${TURNS}; longest ${times[TURNS - 1]} ms)`);
console.log(`scrolling ${rows} rows         longest task ${Math.round(longest)} ms, ${rendered} rows rendered`);
await browser.close();
process.exitCode = times[TURNS >> 1] <= FIRST_PAGE_MAX_MS && longest <= TASK_MAX_MS ? 0 : 1;
