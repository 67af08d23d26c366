// SPDX-License-Identifier: Apache-2.0
// Insights: read from their events, with the start and the end of each joined by sharedEventID.
import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  type Event,
  type InsightType,
  ListInsightsDataCommand,
  type ListInsightsDataDimensionKey,
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
  /** Of the calls that it was found in. */
  sourceEventCategory: string;
  /** The trail whose data events these are. */
  insightSource?: string;
  /** Averages a minute; durations in minutes. */
  statistics: { baseline?: number; insight?: number; duration?: number; baselineDuration?: number };
  attributions: Attribution[];
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

type Json = Record<string, unknown>;
const objectOf = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function averagesOf(list: unknown): Average[] {
  return listOf(list).flatMap((one) => {
    const { value, average: rate } = objectOf(one);
    return typeof value === "string" && typeof rate === "number" ? [{ value, average: rate }] : [];
  });
}

/** What a record says, as far as it is of the form that it should have: an archive may hold anything. */
function detailsOf(value: unknown): Details | undefined {
  const { state, eventSource, eventName, insightType, errorCode, sourceEventCategory, insightSource, insightContext } =
    objectOf(value);
  if (typeof eventName !== "string" || typeof eventSource !== "string" || typeof insightType !== "string") return undefined;
  const statistics = objectOf(objectOf(insightContext).statistics);
  return {
    state: state === "End" ? "End" : "Start",
    eventSource,
    eventName,
    insightType: insightType as InsightType,
    errorCode: textOf(errorCode),
    sourceEventCategory: textOf(sourceEventCategory) ?? "Management",
    insightSource: textOf(insightSource),
    statistics: {
      baseline: numberOf(objectOf(statistics.baseline).average),
      insight: numberOf(objectOf(statistics.insight).average),
      duration: numberOf(statistics.insightDuration),
      baselineDuration: numberOf(statistics.baselineDuration),
    },
    attributions: listOf(objectOf(insightContext).attributions).map((one) => {
      const { attribute, insight, baseline } = objectOf(one);
      return { attribute: textOf(attribute) ?? "-", insight: averagesOf(insight), baseline: averagesOf(baseline) };
    }),
  };
}

/** An event that is no insight's is left out. */
function insightEvent(event: Event): InsightEvent[] {
  try {
    const record = objectOf(JSON.parse(event.CloudTrailEvent ?? ""));
    const details = detailsOf(record.insightDetails);
    if (!details) return [];
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

/** Insights of data events belong to the trails that log these; LookupEvents does not have them. */
async function lookupOfData(
  cloudtrail: CloudTrailClient,
  { dimensions, from }: { dimensions?: Partial<Record<ListInsightsDataDimensionKey, string>>; from?: Date },
  abortSignal: AbortSignal,
): Promise<Event[]> {
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
  const ofTrail = (InsightSource: string | undefined) =>
    allPages(async (NextToken) => {
      const request = { InsightSource, DataType: "InsightsEvents" as const, Dimensions: dimensions, StartTime: from, NextToken };
      const page = await cloudtrail.send(new ListInsightsDataCommand(request), { abortSignal });
      return { items: page.Events, nextToken: page.NextToken };
    }, EVENTS_MAX);
  return (await Promise.all(trailList.map((trail) => ofTrail(trail.TrailARN)))).flat();
}

/** Of management and of data events, newest first. */
export async function listInsights(
  cloudtrail: CloudTrailClient,
  days: number,
  abortSignal: AbortSignal,
): Promise<Insight[]> {
  const from = new Date(Date.now() - days * DAY_MS);
  const [management, data] = await Promise.all([
    lookup(cloudtrail, { StartTime: from }, abortSignal),
    lookupOfData(cloudtrail, { from }, abortSignal),
  ]);
  return insightsOf([...management, ...data]);
}

/** The insight that the event `id` begins or ends. */
export async function findInsight(
  cloudtrail: CloudTrailClient,
  id: string,
  abortSignal: AbortSignal,
): Promise<Insight | null> {
  const byId = { LookupAttributes: [{ AttributeKey: "EventId" as const, AttributeValue: id }] };
  const [ofManagement] = insightsOf(await lookup(cloudtrail, byId, abortSignal));
  const isOfData = !ofManagement;
  const [insight = ofManagement] = isOfData
    ? insightsOf(await lookupOfData(cloudtrail, { dimensions: { EventId: id } }, abortSignal))
    : [];
  if (!insight) return null;
  const { eventName } = insight.details;
  const byName = {
    LookupAttributes: [{ AttributeKey: "EventName" as const, AttributeValue: eventName }],
    ...(insight.start ? { StartTime: insight.start } : {}),
    ...(insight.end ? { EndTime: insight.end } : {}),
  };
  const others = isOfData
    ? await lookupOfData(cloudtrail, { dimensions: { EventName: eventName }, from: insight.start }, abortSignal)
    : await lookup(cloudtrail, byName, abortSignal);
  return insightsOf(others).find((other) => other.sharedId === insight.sharedId) ?? insight;
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

/** CloudTrail's categories of events, as the AWS console names them. */
export function categoryOf({ sourceEventCategory }: Details): string {
  return sourceEventCategory === "Data" ? "Data events" : "Management events";
}

export function average(value: number | undefined): string {
  return value === undefined ? "-" : value.toLocaleString("en-US", { maximumFractionDigits: 4 });
}
