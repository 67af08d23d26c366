// SPDX-License-Identifier: Apache-2.0
// Dashboards: their widgets as AWS's operations have them, and how a page looks at a refresh.
import {
  type CloudTrailClient,
  type CreateDashboardRequest,
  type DashboardDetail,
  type GetDashboardResponse,
  ListDashboardsCommand,
  type UpdateDashboardRequest,
  type Widget,
} from "@aws-sdk/client-cloudtrail";
import { allPages } from "./paging";

export const HIGHLIGHTS = "AWSCloudTrail-Highlights";
export const VIEWS = ["Table", "LineChart", "BarChart", "PieChart"] as const;
export type View = (typeof VIEWS)[number];
export const WIDGETS_MAX = 10;

export const SPANS = [
  { value: "3600", label: "Last hour" },
  { value: "86400", label: "Last 24 hours" },
  { value: "604800", label: "Last 7 days" },
  { value: "2592000", label: "Last 30 days" },
  { value: "7776000", label: "Last 90 days" },
];

export function listDashboards(cloudtrail: CloudTrailClient, abortSignal: AbortSignal): Promise<DashboardDetail[]> {
  return allPages(async (NextToken) => {
    const page = await cloudtrail.send(new ListDashboardsCommand({ NextToken }), { abortSignal });
    return { items: page.Dashboards, nextToken: page.NextToken };
  });
}

/** Managed ones whose widgets read the one store that a refresh names. */
export function needsStore(widgets: Widget[] | undefined): boolean {
  return (widgets ?? []).some((widget) => widget.QueryStatement?.includes("$EventDataStoreId$"));
}

export function viewOf(widget: Widget): View {
  const view = widget.ViewProperties?.View ?? "";
  return VIEWS.find((one) => one === view) ?? "Table";
}

export function titleOf(widget: Widget, at: number): string {
  return widget.ViewProperties?.Title ?? `Widget ${at + 1}`;
}

export interface WidgetDraft {
  title: string;
  view: View;
  labelColumn: string;
  valueColumn: string;
  statement: string;
  /** Of a widget that there is: what the form does not know of it stays. */
  before?: Widget;
}
export interface DashboardDraft {
  name: string;
  schedule: string; // "", "HOURS/6", ...
  isProtected: boolean;
  widgets: WidgetDraft[];
}

export const SCHEDULES = [
  { value: "", label: "No schedule" },
  { value: "HOURS/1", label: "Every hour" },
  { value: "HOURS/6", label: "Every 6 hours" },
  { value: "HOURS/12", label: "Every 12 hours" },
  { value: "HOURS/24", label: "Every 24 hours" },
  { value: "DAYS/1", label: "Every day" },
];

export function newWidget(storeId: string): WidgetDraft {
  return {
    title: "",
    view: "BarChart",
    labelColumn: "eventSource",
    valueColumn: "events",
    statement:
      `SELECT eventSource, count(*) AS events FROM ${storeId || "EVENT_DATA_STORE_ID"}\n` +
      "WHERE eventTime > '?' AND eventTime < '?'\nGROUP BY eventSource ORDER BY events DESC LIMIT 10",
  };
}

export interface DashboardFaults {
  name?: string;
  general?: string;
  widgets: Record<number, WidgetFaults>;
}

export type WidgetFaults = Partial<Record<keyof WidgetDraft, string>>;

function widgetFaults(widget: WidgetDraft): WidgetFaults {
  const { title, view, labelColumn, valueColumn, statement } = widget;
  const word = "Letters, digits, spaces, periods, hyphens and underscores, at most 128.";
  const isWord = (text: string) => /^[a-zA-Z0-9._ -]{1,128}$/.test(text);
  const isChart = view !== "Table";
  return {
    ...(isWord(title) ? {} : { title: word }),
    ...(isChart && !isWord(labelColumn) ? { labelColumn: "Name the column of the labels." } : {}),
    ...(isChart && !isWord(valueColumn) ? { valueColumn: "Name the column of the values." } : {}),
    ...(statement.trim() ? {} : { statement: "Write a query." }),
    ...(placeholders(statement) > 2 && parametersOf(widget).length < placeholders(statement)
      ? { statement: "It has more than two places (?): the first stands for the start time, the second for the end." }
      : {}),
  };
}

export function dashboardFaults(draft: DashboardDraft): DashboardFaults {
  const widgets = draft.widgets.map(widgetFaults);
  return {
    ...(/^[a-zA-Z0-9_-]{3,128}$/.test(draft.name)
      ? {}
      : { name: "A name has 3 to 128 letters, digits, hyphens and underscores." }),
    ...(draft.widgets.length === 0 ? { general: "Add a widget." } : {}),
    widgets: Object.fromEntries(widgets.flatMap((faults, i) => (Object.keys(faults).length > 0 ? [[i, faults]] : []))),
  };
}

function placeholders(statement: string): number {
  return statement.split("?").length - 1;
}

/** What the form says of a dashboard that there is. */
export function draftOf(dashboard: GetDashboardResponse): DashboardDraft {
  const { Frequency, Status } = dashboard.RefreshSchedule ?? {};
  return {
    name: dashboard.DashboardArn?.split("/").pop() ?? "",
    schedule: Frequency && Status !== "DISABLED" ? `${Frequency.Unit}/${Frequency.Value}` : "",
    isProtected: dashboard.TerminationProtectionEnabled === true,
    widgets: (dashboard.Widgets ?? []).map((widget) => ({
      title: widget.ViewProperties?.Title ?? "",
      view: viewOf(widget),
      labelColumn: widget.ViewProperties?.LabelColumn ?? "",
      valueColumn: widget.ViewProperties?.ValueColumn ?? "",
      statement: widget.QueryStatement ?? "",
      before: widget,
    })),
  };
}

/** Parameters that were chosen otherwise stay as long as there are as many places for them. */
function parametersOf({ statement, before }: WidgetDraft): string[] {
  const count = placeholders(statement);
  const old = before?.QueryParameters ?? [];
  return old.length === count ? old : ["$StartTime$", "$EndTime$"].slice(0, count);
}

function widgetRequest(widget: WidgetDraft) {
  const QueryParameters = parametersOf(widget);
  const { LabelColumn: _label, ValueColumn: _value, ...others } = widget.before?.ViewProperties ?? {};
  return {
    QueryStatement: widget.statement,
    ...(QueryParameters.length > 0 ? { QueryParameters } : {}),
    ViewProperties: {
      ...others,
      Title: widget.title,
      View: widget.view,
      ...(widget.view === "Table" ? {} : { LabelColumn: widget.labelColumn, ValueColumn: widget.valueColumn }),
    },
  };
}

function scheduleRequest(schedule: string) {
  const [Unit, Value] = schedule.split("/");
  return { Frequency: { Unit: Unit as "HOURS" | "DAYS", Value: Number(Value) }, Status: "ENABLED" as const };
}

export function createRequest(draft: DashboardDraft): CreateDashboardRequest {
  return {
    Name: draft.name,
    TerminationProtectionEnabled: draft.isProtected,
    ...(draft.schedule ? { RefreshSchedule: scheduleRequest(draft.schedule) } : {}),
    Widgets: draft.widgets.map(widgetRequest),
  };
}

/** A schedule that is taken away is disabled; CloudTrail has no way to forget one. */
export function updateRequest(draft: DashboardDraft, before: GetDashboardResponse): UpdateDashboardRequest {
  const wasScheduled = before.RefreshSchedule?.Status === "ENABLED";
  return {
    DashboardId: before.DashboardArn,
    TerminationProtectionEnabled: draft.isProtected,
    ...(draft.schedule ? { RefreshSchedule: scheduleRequest(draft.schedule) } : {}),
    ...(!draft.schedule && wasScheduled ? { RefreshSchedule: { Status: "DISABLED" as const } } : {}),
    Widgets: draft.widgets.map(widgetRequest),
  };
}
