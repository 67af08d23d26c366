// SPDX-License-Identifier: Apache-2.0
// What the dashboard counts: the last hour of events, and gaps.
import type { CairnClient, EventRecord } from "../cairn";

const HOUR = 3600;
const MINUTE = 60;
const PAGE = 1000;
const PAGES_MAX = 4;
const SOURCES_SHOWN = 6;
const TOP = 5;
const GAPS_SHOWN = 5;

export interface Series {
  title: string;
  values: { minute: Date; count: number }[];
}
export interface Ranked {
  name: string;
  count: number;
}
export interface Activity {
  from: Date;
  to: Date;
  events: number;
  /** There were more events in the hour than were read: the window is shorter. */
  isCut: boolean;
  series: Series[];
  callers: Ranked[];
  errors: Ranked[];
}

function ranked(names: (string | undefined)[]): Ranked[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

function seriesOf(events: EventRecord[], from: number, to: number): Series[] {
  const sources = ranked(events.map((event) => event.EventSource));
  const shown = sources.slice(0, SOURCES_SHOWN).map(({ name }) => name);
  const titles = sources.length > shown.length ? [...shown, "Others"] : shown;
  const first = Math.floor(from / MINUTE);
  const minutes = Math.max(1, Math.floor(to / MINUTE) - first + 1);
  const counts = new Map(titles.map((title) => [title, new Array<number>(minutes).fill(0)]));
  for (const event of events) {
    const row = counts.get(shown.includes(event.EventSource) ? event.EventSource : "Others");
    const at = Math.floor(event.EventTime / MINUTE) - first;
    if (row && at >= 0 && at < minutes) row[at] = (row[at] ?? 0) + 1;
  }
  return [...counts].map(([title, values]) => ({
    title,
    values: values.map((count, i) => ({ minute: new Date((first + i) * MINUTE * 1000), count })),
  }));
}

/** The last hour, or the newest part of it that PAGES_MAX pages hold. */
export async function loadActivity(cairn: CairnClient, signal: AbortSignal): Promise<Activity> {
  const to = Math.floor(Date.now() / 1000);
  const request = {
    StartTime: to - HOUR,
    EndTime: to,
    Categories: ["Management", "Data", "NetworkActivity"],
    MaxResults: PAGE,
  };
  const events: EventRecord[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await cairn.search({ ...request, NextToken }, signal);
    events.push(...answer.Events);
    NextToken = answer.NextToken;
    if (!NextToken) break;
  }
  const oldest = events[events.length - 1]?.EventTime ?? to - HOUR;
  const from = NextToken ? Math.floor(oldest) : to - HOUR;
  return {
    from: new Date(from * 1000),
    to: new Date(to * 1000),
    events: events.length,
    isCut: NextToken !== undefined,
    series: seriesOf(events, from, to),
    callers: ranked(events.map((event) => event.Username)).slice(0, TOP),
    errors: ranked(events.map((event) => event.ErrorCode)).slice(0, TOP),
  };
}

export interface Gap {
  id: string;
  time: number;
  entry: string;
  count: string;
  reason: string;
}

function gapOf(event: EventRecord): Gap {
  let details: { entry?: unknown; count?: unknown; exact?: unknown; reason?: unknown } = {};
  try {
    details = (JSON.parse(event.CloudTrailEvent) as { serviceEventDetails?: object }).serviceEventDetails ?? {};
  } catch {
    // What it says is told by the event's page as text.
  }
  const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "-");
  return {
    id: event.EventId,
    time: event.EventTime,
    entry: text(details.entry),
    count: details.exact === false ? `at least ${text(details.count)}` : text(details.count),
    reason: text(details.reason),
  };
}

/** The newest events that say that events were not recorded. */
export async function loadGaps(cairn: CairnClient, signal: AbortSignal): Promise<Gap[]> {
  const answer = await cairn.search(
    { Filters: [{ Name: "EventName", Value: "EventsNotRecorded" }], MaxResults: GAPS_SHOWN },
    signal,
  );
  return answer.Events.map(gapOf);
}
