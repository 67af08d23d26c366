// SPDX-License-Identifier: Apache-2.0
// A widget of a dashboard: what its query of a refresh found, drawn as it says.
import type { Widget } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import PieChart from "@cloudscape-design/components/pie-chart";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";
import { titleOf, viewOf } from "./dashboards";
import { readRows, type Rows, waitForQuery } from "./query-run";

const HEIGHT = 260;
const EMPTY = <Box textAlign="center">No data.</Box>;

interface Point {
  label: string;
  value: number;
}

/** A column by its name without regard to case, as queries find them. */
function columnIndex(rows: Rows, name: string | undefined, other: number): number {
  const at = rows.columns.findIndex((column) => column.toLowerCase() === name?.toLowerCase());
  return at >= 0 ? at : Math.min(other, rows.columns.length - 1);
}

function pointsOf(rows: Rows, widget: Widget): Point[] {
  const label = columnIndex(rows, widget.ViewProperties?.LabelColumn, 0);
  const value = columnIndex(rows, widget.ViewProperties?.ValueColumn, 1);
  const points = rows.rows.map((row) => ({ label: row[label] || "(none)", value: Number(row[value]) }));
  return points.filter((point) => Number.isFinite(point.value));
}

/** Labels once each: a chart's categories are told apart by them. */
function unique(points: Point[]): Point[] {
  const sums = new Map<string, number>();
  for (const { label, value } of points) sums.set(label, (sums.get(label) ?? 0) + value);
  return [...sums].map(([label, value]) => ({ label, value }));
}

/** A time as queries answer it (UTC), or undefined. */
function timeOf(label: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d/.test(label)) return undefined;
  const date = new Date(`${label.slice(0, 23).replace(" ", "T")}${label.length > 10 ? "Z" : ""}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function shortTime(date: Date): string {
  return `${date.toISOString().slice(5, 10)} ${date.toISOString().slice(11, 16)}`;
}

function Lines({ title, points, value }: { title: string; points: Point[]; value: string }) {
  const timed = points.flatMap((point) => {
    const x = timeOf(point.label);
    return x ? [{ x, y: point.value }] : [];
  });
  if (timed.length < points.length) return <Bars title={title} points={points} value={value} isHorizontal={false} />;
  return (
    <LineChart
      series={[{ type: "line", title: value, data: timed }]}
      xScaleType="time"
      height={HEIGHT}
      hideFilter
      hideLegend
      ariaLabel={title}
      xTitle="Time (UTC)"
      yTitle={value}
      i18nStrings={{ xTickFormatter: shortTime }}
      empty={EMPTY}
    />
  );
}

function Bars({ title, points, value, isHorizontal }: { title: string; points: Point[]; value: string; isHorizontal: boolean }) {
  return (
    <BarChart
      series={[{ type: "bar", title: value, data: points.map((point) => ({ x: point.label, y: point.value })) }]}
      xDomain={points.map((point) => point.label)}
      xScaleType="categorical"
      horizontalBars={isHorizontal}
      height={HEIGHT}
      hideFilter
      hideLegend
      ariaLabel={title}
      yTitle={value}
      empty={EMPTY}
    />
  );
}

function RowsList({ title, rows }: { title: string; rows: Rows }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={rows.rows}
      ariaLabels={{ tableLabel: title }}
      empty={EMPTY}
      columnDefinitions={rows.columns.map((column, i) => ({
        id: `${i}`,
        header: column,
        isRowHeader: i === 0,
        cell: (row: string[]) => row[i] || "-",
      }))}
    />
  );
}

function Drawing({ widget, title, rows }: { widget: Widget; title: string; rows: Rows }) {
  const view = viewOf(widget);
  if (view === "Table" || rows.rows.length === 0) return <RowsList title={title} rows={rows} />;
  const points = unique(pointsOf(rows, widget));
  const value = widget.ViewProperties?.ValueColumn ?? rows.columns[1] ?? "Value";
  if (view === "LineChart") return <Lines title={title} points={points} value={value} />;
  if (view === "BarChart")
    return (
      <Bars title={title} points={points} value={value} isHorizontal={widget.ViewProperties?.Orientation !== "Vertical"} />
    );
  return (
    <PieChart
      data={points.map((point) => ({ title: point.label, value: point.value }))}
      size="medium"
      hideFilter
      ariaLabel={title}
      ariaDescription={`${value} by ${widget.ViewProperties?.LabelColumn ?? rows.columns[0] ?? "label"}`}
      segmentDescription={(point, sum) => `${point.value} (${Math.round((100 * point.value) / sum)} %)`}
      empty={EMPTY}
    />
  );
}

interface Properties {
  widget: Widget;
  at: number;
  refreshId: string | undefined;
}

export function DashboardWidget({ widget, at, refreshId }: Properties) {
  const { cloudtrail } = useSession();
  const title = titleOf(widget, at);
  const QueryAlias = widget.QueryAlias ?? "";
  const result = useLoad(
    async (signal) => {
      if (!refreshId) return undefined;
      const query = await waitForQuery(cloudtrail, { QueryAlias, RefreshId: refreshId }, signal);
      const isRead = query.QueryStatus === "FINISHED" || query.QueryStatus === "TIMED_OUT";
      return { query, rows: isRead ? await readRows(cloudtrail, query.QueryId ?? "", undefined, signal) : undefined };
    },
    [cloudtrail, QueryAlias, refreshId],
  );
  const { query, rows } = result.value ?? {};
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>}>
      <ProblemAlert error={result.error} retry={result.reload} />
      {result.isLoading && refreshId && <Spinner size="large" />}
      {!refreshId && <Box>Refresh the dashboard to see this widget.</Box>}
      {query?.ErrorMessage && <Alert type="error">{query.ErrorMessage}</Alert>}
      {query && !rows && !query.ErrorMessage && <Box>The query is {query.QueryStatus?.toLowerCase()}.</Box>}
      {rows && !result.isLoading && <Drawing widget={widget} title={title} rows={rows} />}
    </Container>
  );
}
