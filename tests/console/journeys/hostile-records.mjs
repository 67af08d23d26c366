// SPDX-License-Identifier: Apache-2.0
// A record is somebody else's text: whatever is in it is shown as text, and the page stays usable.
import { strict as assert } from "node:assert";

const SCRIPT = "<img src=x onerror=window.wasRun=1><script>window.wasRun=1</script>{{constructor.constructor('window.wasRun=1')()}}";
const LINK = "javascript:window.wasRun=1";
const RIGHT_TO_LEFT = "safe\u202Egnp.exe\u2066\u200B\u200D\uFEFFend";
const LARGE = "A".repeat(250_000);

/** `text` in the place of every string that is free to be anything. */
function scripted(text) {
  return {
    name: text,
    source: text,
    sourceIPAddress: text,
    userAgent: text,
    errorCode: text,
    errorMessage: text,
    requestID: text,
    requestParameters: { [text]: text, link: LINK },
    responseElements: { [text]: [text] },
    resources: [{ type: text, ARN: `arn:aws:s3:::${text}`, accountId: "123837392027" }],
    user: { type: "IAMUser", principalId: text, arn: `arn:aws:iam::123837392027:user/${text}`, accountId: "123837392027", accessKeyId: text, userName: text },
  };
}

async function open(visit, fields) {
  const { id } = await visit.ask("send", fields);
  await visit.enter(`/events/${id}`);
  await visit.page.getByRole("heading", { name: "Event record" }).waitFor();
  await visit.settled();
  return { id, page: visit.page };
}

async function notRun(visit) {
  const { page } = visit;
  assert.equal(await page.evaluate(() => window.wasRun), undefined);
  assert.equal(await page.locator("main img[src='x'], main a[href^='javascript'], main script").count(), 0);
}

export async function scriptInEveryFieldIsText(visit) {
  const { id, page } = await open(visit, scripted(SCRIPT));
  await page.getByRole("heading", { level: 1, name: SCRIPT }).waitFor();
  assert.equal(JSON.parse(await page.getByLabel("Event record").innerText()).userAgent, SCRIPT);
  await notRun(visit);
  await page.getByRole("link", { name: SCRIPT, exact: true }).first().click();
  await page.waitForURL(/\/events\?/);
  await page.getByRole("link", { name: SCRIPT, exact: true }).first().waitFor();
  await notRun(visit);
  const shown = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: SCRIPT });
  await shown.getByRole("link").first().click();
  await page.waitForURL(new RegExp(id));
  await notRun(visit);
}

export async function aFormulaIsNoneInACsv(visit) {
  await visit.ask("send", { name: "FormulaCall", user: { ...scripted("=cmd|' /C calc'!A0").user } });
  const page = await visit.enter("/events?EventName=FormulaCall");
  await page.getByText("(1)").waitFor();
  const { text } = await visit.saved(async () => {
    await page.getByRole("button", { name: "Download events" }).click();
    await page.getByRole("menuitem", { name: "Download as CSV" }).click();
  });
  assert.ok(text.includes("'=cmd|") && !/(^|,)"?=cmd/m.test(text), text);
}

export async function aLargeValueAsksFirst(visit) {
  const { page } = await open(visit, { name: "LargeCall", requestParameters: { value: LARGE } });
  await page.getByText(/This is the beginning of a record of/).waitFor();
  await page.getByRole("button", { name: "Show all of it" }).click();
  const text = await page.getByLabel("Event record", { exact: true }).innerText();
  assert.equal(JSON.parse(text).requestParameters.value.length, LARGE.length);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `the page scrolls sideways by ${over} px`);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(/settings/);
}

export async function deepNestingIsShown(visit) {
  let value = "bottom";
  for (let depth = 0; depth < 60; depth++) value = depth % 2 ? [value] : { in: value };
  const { page } = await open(visit, { name: "DeepCall", requestParameters: { value } });
  const text = await page.getByLabel("Event record").innerText();
  assert.deepEqual(JSON.parse(text).requestParameters.value, value);
}

/** Cairn takes no such escapes from senders; the console is ready for them all the same. */
export async function brokenEscapesAndUnseenSignsAreText(visit) {
  const { page } = await open(visit, { name: "OddCall", userAgent: "half SIGN end", requestParameters: { name: RIGHT_TO_LEFT } });
  await page.route("**/", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll("half SIGN end", "half \\\\ud83d \\ud83d end") });
  });
  const { pathname } = new URL(page.url());
  await visit.enter(pathname.replace("/console", ""));
  await page.getByText("half").first().waitFor();
  await page.unrouteAll({ behavior: "wait" });
  const text = await page.getByLabel("Event record").innerText();
  assert.match(text, /"eventName": "OddCall"/);
  assert.match(text, /half \\ud83d . end/u);
  assert.match(text, /safe/);
  assert.match(text, /\n {2}"sourceIPAddress": /, "the line after it stands where it should");
}

export async function aNameTurnedAroundDoesNotTurnItsNeighbours(visit) {
  await visit.ask("send", { name: "TurnedCall", user: { ...scripted(RIGHT_TO_LEFT).user } });
  const page = await visit.enter("/events?EventName=TurnedCall");
  await page.getByText("(1)").waitFor();
  const row = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: "TurnedCall" });
  await row.waitFor();
  assert.match(await row.innerText(), /ec2|s3/);
}
