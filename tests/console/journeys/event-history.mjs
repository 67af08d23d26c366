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

const opening = "Read-only = false";

export async function eventHistoryOpensWithoutReads(visit) {
  const page = await visit.enter("/settings");
  const searched = page.waitForRequest((request) => request.headers()["x-amz-target"] === "Cairn_20260101.Search");
  await page.getByRole("link", { name: "Event history", exact: true }).click();
  assert.deepEqual(JSON.parse((await searched).postData()).Filters, [{ Name: "ReadOnly", Value: "false" }]);
  await page.getByText(opening).first().waitFor();
  assert.ok((await rows(visit)) > 0);
  assert.equal(await table(visit).getByRole("link", { name: /^(Search|LookupEvents|Get.*|List.*)$/ }).count(), 0);
}

export async function theFilterItOpensWithIsRemovedAndStaysSo(visit) {
  await visit.ask("subject"); // looks events up
  const page = await visit.enter("/events");
  await page.getByRole("button", { name: /Remove.*Read-only/ }).click();
  await page.waitForURL(/\/events\?filter=none$/);
  await page.getByText(opening).waitFor({ state: "detached" });
  await table(visit).getByRole("link", { name: "Search", exact: true }).first().waitFor();
  await page.getByLabel("Live tail").click({ force: true });
  await page.waitForURL(/\/events\?filter=none&tail=on$/);
  await page.goBack();
  await page.goBack();
  await page.getByText(opening).first().waitFor();
  await page.goForward();
  await page.getByText(opening).waitFor({ state: "detached" });
  await visit.enter(`/events${new URL(page.url()).search}`, {}); // as a link that somebody else was sent
  await table(visit).getByRole("link", { name: "Search", exact: true }).first().waitFor();
  assert.equal(await visit.page.getByText(opening).count(), 0);
}

export async function aLinkWithFiltersShowsThoseAlone(visit) {
  await visit.ask("subject");
  for (const query of ["EventName=Search", "last=1-day", "category=Management", "filter=none"]) {
    const page = await visit.enter(`/events?${query}`);
    await table(visit).getByRole("link", { name: "Search", exact: true }).first().waitFor();
    assert.equal(await page.getByText(opening).count(), 0, query);
  }
}

export async function anEventIsFoundByUserAndByTwoFilters(visit) {
  const { user, events, name, named } = await visit.ask("subject");
  const page = await visit.enter("/events?filter=none");
  await filter(visit, "User name", user);
  await page.getByText(`(${events})`).waitFor();
  assert.equal(await rows(visit), events);
  await filter(visit, "Event name", name);
  await page.getByText(`(${named})`).waitFor();
  assert.equal(await rows(visit), named);
  assert.equal(new URL(page.url()).search, `?${new URLSearchParams({ Username: user, EventName: name })}`);
}

/** A region of its own, in which nobody did anything but sign in. */
export async function whereNothingWasChangedWhatToDoIsSaid(visit) {
  const page = await visit.open("/events");
  await visit.signIn({ region: "ap-south-2" });
  await page.getByText("Nothing that changes something was recorded").waitFor();
  await table(visit).getByRole("button", { name: "Clear filters" }).click();
  await table(visit).getByRole("link").first().waitFor();
  assert.equal(new URL(page.url()).search, "?filter=none");
}

export async function aFilterThatFindsNothingSaysSoAndIsCleared(visit) {
  const page = await visit.enter("/events");
  await filter(visit, "User name", "nobody<b>");
  await page.getByText("No matches").waitFor();
  assert.equal(await page.getByText("cairn demo").count(), 0, "what to do at first is not said to whom it does not help");
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
