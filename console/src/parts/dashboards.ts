// SPDX-License-Identifier: Apache-2.0
// Dashboards: their widgets as AWS's operations have them, and how a page looks at a refresh.
import {
  type CloudTrailClient,
  type CreateDashboardRequest,
  type DashboardDetail,
  ListDashboardsCommand,
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
  widgets: Record<number, Partial<WidgetDraft>>;
}

function widgetFaults({ title, view, labelColumn, valueColumn, statement }: WidgetDraft): Partial<WidgetDraft> {
  const word = "Letters, digits, spaces, periods, hyphens and underscores, at most 128.";
  const isWord = (text: string) => /^[a-zA-Z0-9._ -]{1,128}$/.test(text);
  const isChart = view !== "Table";
  return {
    ...(isWord(title) ? {} : { title: word }),
    ...(isChart && !isWord(labelColumn) ? { labelColumn: "Name the column of the labels." } : {}),
    ...(isChart && !isWord(valueColumn) ? { valueColumn: "Name the column of the values." } : {}),
    ...(statement.trim() ? {} : { statement: "Write a query." }),
    ...(placeholders(statement) > 2
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

export function dashboardRequest(draft: DashboardDraft): CreateDashboardRequest {
  const [Unit, Value] = draft.schedule.split("/");
  return {
    Name: draft.name,
    TerminationProtectionEnabled: draft.isProtected,
    ...(draft.schedule
      ? {
          RefreshSchedule: {
            Frequency: { Unit: Unit as "HOURS" | "DAYS", Value: Number(Value) },
            Status: "ENABLED" as const,
          },
        }
      : {}),
    Widgets: draft.widgets.map((widget) => {
      const QueryParameters = ["$StartTime$", "$EndTime$"].slice(0, placeholders(widget.statement));
      return {
        QueryStatement: widget.statement,
        ...(QueryParameters.length > 0 ? { QueryParameters } : {}),
        ViewProperties: {
          Title: widget.title,
          View: widget.view,
          ...(widget.view === "Table" ? {} : { LabelColumn: widget.labelColumn, ValueColumn: widget.valueColumn }),
        },
      };
    }),
  };
}
