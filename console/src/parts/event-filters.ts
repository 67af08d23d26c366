// SPDX-License-Identifier: Apache-2.0
// Filters of Event history: what a page's address says, and what Search is asked. The words are the AWS
// console's; Cairn can hold several at once, and knows some attributes more.
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { Filter, SearchRequest } from "../cairn";

const ATTRIBUTES: [name: string, label: string][] = [
  ["EventName", "Event name"],
  ["Username", "User name"],
  ["ResourceName", "Resource name"],
  ["ResourceType", "Resource type"],
  ["EventSource", "Event source"],
  ["EventId", "Event ID"],
  ["AccessKeyId", "AWS access key"],
  ["ReadOnly", "Read-only"],
  ["SourceIPAddress", "Source IP address"],
  ["ErrorCode", "Error code"],
  ["UserArn", "User ARN"],
  ["ResourceArn", "Resource ARN"],
];

export const CATEGORIES = ["Management", "Data", "Insight", "NetworkActivity", "Aggregated"];

export const PROPERTIES: PropertyFilterProps.FilteringProperty[] = ATTRIBUTES.map(([key, label]) => ({
  key,
  propertyLabel: label,
  groupValuesLabel: `${label} values`,
  operators: ["="],
}));

export const OPTIONS: PropertyFilterProps.FilteringOption[] = ["true", "false"].map((value) => ({
  propertyKey: "ReadOnly",
  value,
}));

export type Range = DateRangePickerProps.Value | null;
const UNITS = { second: 1, minute: 60, hour: 3600, day: 86400, week: 604800, month: 2592000, year: 31536000 };

export const RELATIVE: DateRangePickerProps.RelativeOption[] = [
  { key: "30m", amount: 30, unit: "minute", type: "relative" },
  { key: "1h", amount: 1, unit: "hour", type: "relative" },
  { key: "3h", amount: 3, unit: "hour", type: "relative" },
  { key: "12h", amount: 12, unit: "hour", type: "relative" },
  { key: "1d", amount: 1, unit: "day", type: "relative" },
  { key: "7d", amount: 7, unit: "day", type: "relative" },
  { key: "90d", amount: 90, unit: "day", type: "relative" },
];

export interface Filters {
  tokens: Filter[];
  categories: string[];
  range: Range;
}

/** What Event history opens with, as the AWS console's does: no reads, which leaves out this console's own lookups too. */
const AT_FIRST: Filter[] = [{ Name: "ReadOnly", Value: "false" }];

/** From the address: ?Username=alice&EventName=PutObject&last=7-day or &from=...&to=...; &category=Data.
 * One that says nothing is Event history at first; without any filter is ?filter=none. */
export function filtersOf(query: URLSearchParams): Filters {
  const tokens = ATTRIBUTES.flatMap(([Name]) => query.getAll(Name).map((Value) => ({ Name, Value })));
  const categories = query.getAll("category").filter((name) => CATEGORIES.includes(name));
  const range = rangeOf(query);
  const saysNothing = tokens.length === 0 && categories.length === 0 && range === null && !query.has("filter");
  return { tokens: saysNothing ? AT_FIRST : tokens, categories: categories.length > 0 ? categories : ["Management"], range };
}

/** Whether there is no filter but what Event history opens with. */
export function isAtFirst({ tokens, range }: Filters): boolean {
  const isOpening = ({ Name, Value }: Filter) => AT_FIRST.some((one) => one.Name === Name && one.Value === Value);
  return range === null && tokens.every(isOpening);
}

function rangeOf(query: URLSearchParams): Range {
  const last = /^(\d{1,6})-(second|minute|hour|day|week|month|year)$/.exec(query.get("last") ?? "");
  if (last) return { type: "relative", amount: Number(last[1]), unit: last[2] as keyof typeof UNITS };
  const from = query.get("from");
  const to = query.get("to");
  if (from && to && !Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to)))
    return { type: "absolute", startDate: from, endDate: to };
  return null;
}

export function queryOf(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const token of filters.tokens) query.append(token.Name, token.Value);
  if (filters.categories.join() !== "Management") for (const name of filters.categories) query.append("category", name);
  if (filters.range?.type === "relative") query.set("last", `${filters.range.amount}-${filters.range.unit}`);
  if (filters.range?.type === "absolute") {
    query.set("from", filters.range.startDate);
    query.set("to", filters.range.endDate);
  }
  if (query.toString() === "") query.set("filter", "none");
  return query;
}

export function tokensOf(filters: Filter[]): PropertyFilterProps.Token[] {
  return filters.map(({ Name, Value }) => ({ propertyKey: Name, operator: "=", value: Value }));
}

/** Tokens that name an attribute; text without one is taken for an event name, as people type it. */
export function fromTokens(tokens: readonly PropertyFilterProps.Token[]): Filter[] {
  return tokens.map((token) => ({ Name: token.propertyKey ?? "EventName", Value: String(token.value) }));
}

export function searchOf(filters: Filters, now: number): SearchRequest {
  const request: SearchRequest = { Filters: filters.tokens, Categories: filters.categories };
  if (filters.range?.type === "relative")
    request.StartTime = Math.floor(now / 1000) - filters.range.amount * UNITS[filters.range.unit];
  if (filters.range?.type === "absolute") {
    request.StartTime = Math.floor(Date.parse(filters.range.startDate) / 1000);
    request.EndTime = Math.floor(Date.parse(filters.range.endDate) / 1000);
  }
  return request;
}

/** The address of Event history with these filters. */
export function eventsHref(...filters: [name: string, value: string][]): string {
  return "/events?" + new URLSearchParams(filters).toString();
}
