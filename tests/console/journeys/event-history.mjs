// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from "node:assert";

const table = (visit) => visit.page.getByRole("table", { name: "Events" });

async function rows(visit) {
  await visit.settled();
  return table(visit).locator("tbody tr").count();
}

/** Adds a filter as a person types it. */
async function filter(visit, label, value) {
  const { page } = visit;
  const input = page.getByLabel("Filter events");
  await input.fill(`${label} = ${value}`);
  await input.press("Enter");
  await page.getByText(`${label} = ${value}`).first().waitFor();
}

export async function anEventIsFoundByUserAndByTwoFilters(visit) {
  const { user, events, name, named } = await visit.ask("subject");
  const page = await visit.enter("/events");
  await filter(visit, "User name", user);
  await page.getByText(`(${events})`).waitFor();
  assert.equal(await rows(visit), events);
  await filter(visit, "Event name", name);
  await page.getByText(`(${named})`).waitFor();
  assert.equal(await rows(visit), named);
  assert.equal(new URL(page.url()).search, `?${new URLSearchParams({ Username: user, EventName: name })}`);
}

export async function aFilterThatFindsNothingSaysSoAndIsCleared(visit) {
  const page = await visit.enter("/events");
  await filter(visit, "User name", "nobody<b>");
  await page.getByText("No matches").waitFor();
  await table(visit).getByRole("button", { name: "Clear filters" }).click();
  await page.getByText("No matches").waitFor({ state: "detached" });
  assert.ok((await rows(visit)) > 0);
}

export async function anEventIsOpenedItsUserFollowedAndBackWorks(visit) {
  const { user, events, name } = await visit.ask("subject");
  const page = await visit.enter(`/events?Username=${encodeURIComponent(user)}`);
  await page.getByText(`(${events})`).waitFor();
  await table(visit).getByRole("link", { name, exact: true }).first().click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const record = JSON.parse(await page.getByLabel("Event record").innerText());
  assert.equal(record.eventName, name);
  await page.getByRole("link", { name: record.eventSource }).first().click();
  await page.waitForURL(/EventSource=/);
  await visit.row(record.eventSource);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goBack();
  await page.getByText(`(${events})`).waitFor();
  assert.ok(page.url().endsWith(`/events?Username=${encodeURIComponent(user)}`), page.url());
}

export async function aLinkToAnEventWorksAfterSigningIn(visit) {
  const { eventId, name } = await visit.ask("subject");
  const page = await visit.enter(`/events/${eventId}`, {});
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await visit.go("/events/00000000-0000-4000-8000-000000000000");
  await page.getByText("There is no such event").waitFor();
}

export async function whatHappensIsSeenWhileTailing(visit) {
  const page = await visit.enter("/events");
  await visit.settled();
  const polled = page.waitForRequest((request) => request.headers()["x-amz-target"] === "Cairn_20260101.Tail" && /SessionId/.test(request.postData()));
  await page.getByLabel("Live tail").click({ force: true });
  await polled;
  const { id } = await visit.ask("send", { name: "TailedNow" });
  await table(visit).getByRole("link", { name: "TailedNow" }).waitFor();
  assert.match(page.url(), /tail=on/);
  await page.getByLabel("Live tail").click({ force: true });
  await table(visit).getByRole("link", { name: "TailedNow" }).click();
  await page.getByText(id).first().waitFor();
}

export async function aTailKeepsToTheTimeThatWasChosen(visit) {
  const page = await visit.enter("/events?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&tail=on");
  await page.getByText("No matches").waitFor();
  const isTail = (request) => request.headers()["x-amz-target"] === "Cairn_20260101.Tail";
  for (const name of ["TailedFirst", "TailedSecond"]) { // when the second comes, the first was dealt with
    const came = page.waitForResponse(async (answer) => isTail(answer.request()) && (await answer.text()).includes(name));
    await visit.ask("send", { name });
    await came;
  }
  assert.equal(await table(visit).getByRole("link").count(), 0);
}

export async function eventsAreSavedAsJsonAndAsCsv(visit) {
  const { user, events } = await visit.ask("subject");
  const page = await visit.enter(`/events?Username=${encodeURIComponent(user)}`);
  await page.getByText(`(${events})`).waitFor();
  const choose = (name) => async () => {
    await page.getByRole("button", { name: "Download events" }).click();
    await page.getByRole("menuitem", { name }).click();
  };
  const json = await visit.saved(choose("Download as JSON"));
  assert.equal(json.name, "event_history.json");
  assert.equal(JSON.parse(json.text).Records.length, events);
  const csv = await visit.saved(choose("Download as CSV"));
  assert.equal(csv.name, "event_history.csv");
  assert.match(csv.text, /^Event name,Event time,User name,/);
  assert.ok(csv.text.split("\r\n").length >= events + 2);
}

export async function columnsAreChosen(visit) {
  const page = await visit.enter("/events");
  await visit.settled();
  const column = () => table(visit).getByRole("columnheader", { name: "Source IP address" });
  assert.equal(await column().count(), 0);
  await page.getByRole("button", { name: "Preferences" }).click();
  await page.getByRole("checkbox", { name: "Source IP address" }).click({ force: true });
  await page.getByRole("button", { name: "Confirm" }).click();
  await column().waitFor();
}

export async function moreIsLoadedWhereTheListEnds(visit) {
  const page = await visit.enter("/events?category=Management&category=Data");
  await visit.settled();
  const first = await rows(visit);
  await table(visit).locator("tbody tr").last().scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 20_000);
  await page.waitForFunction((least) => document.querySelectorAll("tbody tr").length > least, first);
}

/** The network fails and comes back: what was not loaded is said, and loaded when one tries again. */
export async function aNetworkThatFailsIsSaidAndTriedAgain(visit) {
  const page = await visit.enter("/events");
  await visit.settled();
  await visit.cutOff("**/", async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("Events could not be loaded: No answer").waitFor();
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Events could not be loaded").waitFor({ state: "detached" });
  assert.ok((await rows(visit)) > 0);
}

/** Parts of the program are loaded on demand: one that does not come leaves the frame and the other pages. */
export async function aPageThatDoesNotComeLeavesTheOthers(visit) {
  const page = await visit.enter("/dashboard", {});
  await visit.settled();
  await visit.cutOff("**/assets/*.js", async () => {
    await page.getByRole("link", { name: "Query", exact: true }).click();
    await page.getByText("This page cannot be shown").waitFor();
  });
  await page.getByRole("link", { name: "Event history", exact: true }).click();
  await table(visit).getByRole("link").first().waitFor();
}
