// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from "node:assert";

const ENGINE_WAIT_MS = 60_000;

async function write(visit, statement) {
  const { page } = visit;
  const editor = page.locator(".ace_text-input");
  await editor.waitFor({ state: "attached" });
  await editor.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(statement);
  await page.getByRole("button", { name: "Run", exact: true }).click();
}

async function storeNamed(visit, name) {
  const { EventDataStores } = await visit.ask("call", { operation: "ListEventDataStores" });
  return EventDataStores.find((one) => one.Name === name).EventDataStoreArn.split("/").pop();
}

export async function aStoreIsMadeByWizardAndTakesAnImport(visit) {
  const { uri, events } = await visit.ask("archive");
  const page = await visit.enter("/lake/stores/create");
  await page.getByRole("button", { name: "Next" }).click();
  assert.equal(await page.getByRole("heading", { name: "Choose events" }).count(), 0, "a store without a name");
  await page.getByRole("textbox", { name: "Event data store name" }).fill("old-events");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Choose events" }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Review and create" }).waitFor();
  await page.getByRole("button", { name: "Create event data store" }).click();
  await page.getByText("Event data store old-events created").waitFor();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Copy trail events" }).click();
  const dialog = page.getByRole("dialog");
  assert.deepEqual(await visit.barriers(), []);
  await dialog.getByRole("textbox", { name: "S3 URI" }).fill("old-logs");
  await dialog.getByRole("button", { name: "Copy events" }).click();
  await dialog.getByText("It must be s3://BUCKET/").waitFor();
  await dialog.getByRole("textbox", { name: "S3 URI" }).fill("s3://no-such-bucket-here/AWSLogs/");
  await visit.refused(async () => {
    await dialog.getByRole("button", { name: "Copy events" }).click();
    await dialog.getByText("InvalidImportSourceException").first().waitFor();
  });
  await dialog.getByRole("textbox", { name: "S3 URI" }).fill(uri);
  await dialog.getByRole("button", { name: "Copy events" }).click();
  const imports = page.getByRole("table", { name: "Event copy status" });
  await imports.getByText("Completed").waitFor({ timeout: ENGINE_WAIT_MS });
  await imports.getByText(String(events)).first().waitFor();
}

export async function aStatementIsMendedRunPagedAndItsRowsSaved(visit) {
  const store = await storeNamed(visit, "old-events");
  const page = await visit.enter(`/lake/query?store=${store}`);
  await visit.refused(async () => {
    await write(visit, `SELEC eventID FROM ${store}`);
    await page.getByText("InvalidQueryStatementException").first().waitFor();
  });
  await write(visit, `SELECT eventID, eventName FROM ${store} WHERE eventName = 'OldCall'`);
  await page.waitForURL(/query=/);
  const results = page.getByRole("table", { name: "Query results" });
  await results.getByText("OldCall").first().waitFor({ timeout: ENGINE_WAIT_MS });
  await page.getByText("(120)").waitFor();
  assert.deepEqual(await visit.barriers(), []);
  const first = await results.locator("tbody tr").first().innerText();
  await page.getByRole("button", { name: "Page 2" }).click();
  await page.waitForFunction((old) => ![...document.querySelectorAll("tbody tr")].some((row) => row.innerText === old), first);
  const { text } = await visit.saved(async () => {
    await page.getByRole("button", { name: "Download results" }).click();
    await page.getByRole("menuitem", { name: "Download as CSV" }).click();
  });
  assert.equal(text.trim().split("\r\n").length, 121);
  const query = new URL(page.url()).searchParams.get("query");
  await visit.go(`/lake/query?store=${store}&query=${query}`);
  await results.getByText("OldCall").first().waitFor();
}

export async function aColumnThatIsNoneIsSaid(visit) {
  const stores = await visit.ask("call", { operation: "ListEventDataStores" });
  const store = stores.EventDataStores[0].EventDataStoreArn.split("/").pop();
  const page = await visit.enter(`/lake/query?store=${store}`);
  await visit.refused(async () => {
    await write(visit, `SELECT nosuchcolumn FROM ${store}`);
    await page.getByText(/nosuchcolumn.*(does not exist|not found|cannot be resolved)|(not found|cannot be resolved|does not exist).*nosuchcolumn/i).first().waitFor({ timeout: ENGINE_WAIT_MS });
  });
}

export async function whatIsWrittenWhileAQueryRunsStays(visit) {
  const store = await storeNamed(visit, "old-events");
  const page = await visit.enter(`/lake/query?store=${store}`);
  await write(visit, `SELECT count(*) AS n FROM ${store}`);
  await page.locator(".ace_text-input").focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(" WHERE eventName = 'Next'");
  await page.getByRole("table", { name: "Query results" }).getByRole("row").nth(1).waitFor({ timeout: ENGINE_WAIT_MS });
  assert.match(await page.locator(".ace_content").innerText(), /WHERE eventName = 'Next'/);
}

/** Pages that were not read yet are read on the way, however far one jumps. */
export async function theLastOfManyPagesIsShownAtOnce(visit) {
  const store = await storeNamed(visit, "old-events");
  const page = await visit.enter(`/lake/query?store=${store}`);
  const many = 7200; // 120 events by 60; GetQueryResults is asked for a thousand rows at a time
  await write(visit, `SELECT n FROM ${store} CROSS JOIN UNNEST(sequence(1, 60)) AS t(n) WHERE eventName = 'OldCall' ORDER BY n`);
  const results = page.getByRole("table", { name: "Query results" });
  await page.getByText(`(${many.toLocaleString("en-US")})`).waitFor({ timeout: ENGINE_WAIT_MS });
  await page.getByRole("button", { name: `Page ${many / 50}` }).click();
  await results.getByRole("cell", { name: "60", exact: true }).or(results.getByRole("rowheader", { name: "60", exact: true })).first().waitFor();
  assert.equal(await page.getByText("The query found no rows").count(), 0);
}

export async function aDashboardIsMadeAndChanged(visit) {
  const store = await storeNamed(visit, "old-events");
  const page = await visit.enter("/lake/dashboards?create");
  await page.getByRole("button", { name: "Create dashboard" }).click();
  await page.getByText("Add a widget.").waitFor();
  await page.getByRole("textbox", { name: "Name" }).fill("old-board");
  await page.getByRole("button", { name: "Add widget" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Sources");
  await page.getByRole("textbox", { name: "Query" }).fill(`SELECT eventSource, count(*) AS events FROM ${store} WHERE eventTime > '?' GROUP BY eventSource`);
  assert.deepEqual(await visit.barriers(), []);
  await page.getByRole("button", { name: "Create dashboard" }).click();
  await page.getByRole("heading", { level: 1, name: "old-board" }).waitFor();
  await visit.settled();
  assert.deepEqual(await visit.barriers(), []);
  const dashboard = () => visit.ask("call", { operation: "GetDashboard", parameters: { DashboardId: "old-board" } });
  const before = await dashboard();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Letters, digits, spaces").waitFor();
  await page.getByRole("textbox", { name: "Title" }).fill("Who was called");
  await page.getByRole("button", { name: "Refresh schedule" }).click();
  await page.getByRole("option", { name: "Every 6 hours" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Dashboard old-board updated").waitFor();
  await page.getByRole("heading", { level: 2, name: "Who was called" }).waitFor();
  const after = await dashboard();
  assert.deepEqual(after.RefreshSchedule.Frequency, { Unit: "HOURS", Value: 6 });
  assert.deepEqual(after.Widgets, before.Widgets.map((one) => ({ ...one, ViewProperties: { ...one.ViewProperties, Title: "Who was called" } })));
}

export async function aDashboardWhoseQueryIsNoneIsRefused(visit) {
  const page = await visit.enter("/lake/dashboards?id=old-board&edit");
  await page.getByRole("textbox", { name: "Query" }).fill("SELEC nothing");
  await visit.refused(async () => {
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("The dashboard was not updated: InvalidQueryStatementException").waitFor();
  });
}
