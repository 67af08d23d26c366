// SPDX-License-Identifier: Apache-2.0
// Insights: read from their events, with the start and the end of each joined by sharedEventID.
import {
  type CloudTrailClient,
  type Event,
  type InsightType,
  ListInsightsMetricDataCommand,
  LookupEventsCommand,
  type LookupEventsRequest,
} from "@aws-sdk/client-cloudtrail";
import { allPages } from "./paging";

const EVENTS_MAX = 2000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Average {
  value: string;
  average: number;
}
export interface Attribution {
  attribute: string;
  insight: Average[];
  baseline: Average[];
}
interface Details {
  state: "Start" | "End";
  eventSource: string;
  eventName: string;
  insightType: InsightType;
  errorCode?: string;
  sourceEventCategory?: string;
  insightSource?: string;
  insightContext?: {
    statistics?: {
      baseline?: { average?: number };
      insight?: { average?: number };
      insightDuration?: number;
      baselineDuration?: number;
    };
    attributions?: Attribution[];
  };
}
interface InsightEvent {
  id: string;
  sharedId: string;
  time: Date;
  details: Details;
  record: string;
}

/** One span of unusual activity. `end` is not there while it goes on, or where its end was not found. */
export interface Insight {
  id: string;
  sharedId: string;
  start?: Date;
  end?: Date;
  details: Details;
  records: string[];
}

/** An event that is no insight's is left out: a record may hold anything. */
function insightEvent(event: Event): InsightEvent[] {
  try {
    const record = JSON.parse(event.CloudTrailEvent ?? "") as Record<string, unknown>;
    const details = record.insightDetails as Details | undefined;
    if (!details || typeof details.eventName !== "string" || typeof details.eventSource !== "string") return [];
    const id = event.EventId ?? "";
    const sharedId = typeof record.sharedEventID === "string" ? record.sharedEventID : id;
    return [{ id, sharedId, time: event.EventTime ?? new Date(0), details, record: event.CloudTrailEvent ?? "" }];
  } catch {
    return [];
  }
}

function joined(events: InsightEvent[]): Insight {
  const start = events.find((event) => event.details.state === "Start");
  const end = events.find((event) => event.details.state === "End");
  const told = (end ?? start ?? events[0]) as InsightEvent;
  return {
    id: (start ?? told).id,
    sharedId: told.sharedId,
    start: start?.time,
    end: end?.time,
    details: told.details,
    records: events.map((event) => event.record),
  };
}

export function insightsOf(events: Event[]): Insight[] {
  const groups = new Map<string, InsightEvent[]>();
  for (const event of events.flatMap(insightEvent))
    groups.set(event.sharedId, [...(groups.get(event.sharedId) ?? []), event]);
  const insights = [...groups.values()].map(joined);
  return insights.sort((one, other) => timeOf(other) - timeOf(one));
}

function timeOf(insight: Insight): number {
  return (insight.start ?? insight.end)?.getTime() ?? 0;
}

function lookup(cloudtrail: CloudTrailClient, request: LookupEventsRequest, abortSignal: AbortSignal): Promise<Event[]> {
  return allPages(async (NextToken) => {
    const command = new LookupEventsCommand({ ...request, EventCategory: "insight", NextToken });
    const page = await cloudtrail.send(command, { abortSignal });
    return { items: page.Events, nextToken: page.NextToken };
  }, EVENTS_MAX);
}

export async function listInsights(
  cloudtrail: CloudTrailClient,
  days: number,
  abortSignal: AbortSignal,
): Promise<Insight[]> {
  return insightsOf(await lookup(cloudtrail, { StartTime: new Date(Date.now() - days * DAY_MS) }, abortSignal));
}

/** The insight that the event `id` begins or ends. */
export async function findInsight(
  cloudtrail: CloudTrailClient,
  id: string,
  abortSignal: AbortSignal,
): Promise<Insight | null> {
  const byId = { LookupAttributes: [{ AttributeKey: "EventId" as const, AttributeValue: id }] };
  const [insight] = insightsOf(await lookup(cloudtrail, byId, abortSignal));
  if (!insight) return null;
  const byName = {
    LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: insight.details.eventName }],
    ...(insight.start ? { StartTime: insight.start } : {}),
    ...(insight.end ? { EndTime: insight.end } : {}),
  };
  const others = insightsOf(await lookup(cloudtrail, byName, abortSignal));
  return others.find((other) => other.sharedId === insight.sharedId) ?? insight;
}

/** Seconds between points, as long as AWS keeps them. */
function periodOf(from: Date): number {
  const age = Date.now() - from.getTime();
  if (age < 15 * DAY_MS) return 60;
  return age < 63 * DAY_MS ? 300 : 3600;
}

export interface Rates {
  times: Date[];
  values: number[];
  period: number;
  span: { from: Date; to: Date };
}

/** Calls (or errors) a minute, from two hours before the insight to one hour after it. */
export async function readRates(cloudtrail: CloudTrailClient, insight: Insight, abortSignal: AbortSignal): Promise<Rates> {
  const from = insight.start ?? insight.end ?? new Date();
  const to = insight.end ?? new Date(Math.min(Date.now(), from.getTime() + DAY_MS));
  const first = new Date(from.getTime() - 120 * MINUTE_MS);
  const Period = periodOf(first);
  const { eventName, eventSource, insightType, errorCode, insightSource } = insight.details;
  const answer = await cloudtrail.send(
    new ListInsightsMetricDataCommand({
      EventSource: eventSource,
      EventName: eventName,
      InsightType: insightType,
      ...(errorCode ? { ErrorCode: errorCode } : {}),
      ...(insightSource ? { TrailName: insightSource } : {}),
      StartTime: first,
      EndTime: new Date(Math.min(Date.now(), to.getTime() + 60 * MINUTE_MS)),
      Period,
      DataType: "FillWithZeros",
    }),
    { abortSignal },
  );
  const minutes = Period / 60;
  return {
    times: answer.Timestamps ?? [],
    values: (answer.Values ?? []).map((value) => value / minutes),
    period: Period,
    span: { from, to },
  };
}

export const TYPE_LABELS: Record<string, string> = {
  ApiCallRateInsight: "API call rate",
  ApiErrorRateInsight: "API error rate",
};

export function average(value: number | undefined): string {
  return value === undefined ? "-" : value.toLocaleString("en-US", { maximumFractionDigits: 4 });
}
