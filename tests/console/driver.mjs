// SPDX-License-Identifier: Apache-2.0
// One browser for a test process, which asks for journeys by lines of JSON:
//   {"origin", "key": [id, secret], "region", "program", "artifacts", "packages"}  first, once
//   {"file": "sign-in", "journey": "aWrongKeyIsRefused"}     answered by {"done": true} or {"failed": "..."}
// While a journey runs it may ask back, {"ask": "send", "argument": ...}, and reads one line {"answer": ...}.
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dirname, join } from "node:path";
import { openBrowser } from "./browser.mjs";
import { Visit } from "./visit.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

async function hear() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

async function ask(question, argument) {
  say({ ask: question, argument });
  const { answer, problem } = await hear();
  if (problem) throw new Error(`${question}: ${problem}`);
  return answer;
}

async function walk(visit, settings, { file, journey }) {
  const journeys = await import(pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), "journeys", `${file}.mjs`)));
  visit.begin();
  let isGood = false;
  try {
    await journeys[journey](visit);
    visit.checkClean();
    isGood = true;
    return { done: true };
  } catch (problem) {
    const picture = join(settings.artifacts, `${journey}.png`);
    await visit.picture(picture);
    return { failed: `${problem.stack ?? problem}\n${visit.told()}\n(${picture})` };
  } finally {
    await visit.end(isGood);
  }
}

const settings = await hear();
const browser = await openBrowser(settings);
const visit = new Visit(browser, settings, ask);
for (let request = await hear(); request; request = await hear()) say(await walk(visit, settings, request));
await browser.close();
