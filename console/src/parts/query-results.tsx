// SPDX-License-Identifier: Apache-2.0
// What a query found: how it went, its rows page by page, and all of them to take away.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { ProblemAlert } from "../errors";
import { bytes, count, csv, download, time } from "../format";
import { PageLink } from "./page-link";
import type { QueryRun, Rows } from "./query-run";

const SHOWN_ROWS = 50;
const CELL_MAX = 300; // characters of a cell that are shown; downloads have all

const STATUS: Record<string, { type: StatusIndicatorProps.Type; text: string }> = {
  QUEUED: { type: "pending", text: "Queued" },
  RUNNING: { type: "in-progress", text: "Running" },
  FINISHED: { type: "success", text: "Finished" },
  FAILED: { type: "error", text: "Failed" },
  CANCELLED: { type: "stopped", text: "Cancelled" },
  TIMED_OUT: { type: "warning", text: "Timed out" },
};

export function QueryStatus({ status }: { status: string | undefined }) {
  const { type, text } = STATUS[status ?? ""] ?? { type: "pending" as const, text: status ?? "Unknown" };
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

function Statistics({ run }: { run: QueryRun }) {
  const statistics = run.query?.QueryStatistics;
  const milliseconds = statistics?.ExecutionTimeInMillis;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: "Status", value: <QueryStatus status={run.query?.QueryStatus} /> },
        { label: "Created", value: time(statistics?.CreationTime) },
        { label: "Run time", value: milliseconds === undefined ? "-" : `${count(milliseconds)} ms` },
        { label: "Data scanned", value: bytes(statistics?.BytesScanned) },
        { label: "Events scanned", value: count(statistics?.EventsScanned) },
        { label: "Events matched", value: count(statistics?.EventsMatched) },
        { label: "Query ID", value: run.query?.QueryId ?? "-" },
        {
          label: "Delivery to S3",
          value: run.query?.DeliveryS3Uri ? `${run.query.DeliveryStatus ?? "PENDING"}: ${run.query.DeliveryS3Uri}` : "-",
        },
      ]}
    />
  );
}

function cell(column: string, text: string) {
  if (text && column.toLowerCase() === "eventid") return <PageLink to={`/events/${encodeURIComponent(text)}`}>{text}</PageLink>;
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}...` : text || "-";
}

function save(kind: string, { columns, rows }: Rows) {
  if (kind === "csv") return download("query_results.csv", "text/csv", csv([columns, ...rows]));
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  download("query_results.json", "application/json", JSON.stringify(objects, null, 2) + "\n");
}

function RowsTable({ run, rows }: { run: QueryRun; rows: Rows }) {
  const [page, setPage] = useState(1);
  const id = run.query?.QueryId;
  useEffect(() => setPage(1), [id]);
  const turn = async (wanted: number) => {
    if (await run.more(wanted * SHOWN_ROWS)) setPage(wanted);
  };
  const saveAll = async (kind: string) => {
    const all = await run.more(Infinity);
    if (all) save(kind, all);
  };
  return (
    <Table
      items={rows.rows.slice((page - 1) * SHOWN_ROWS, page * SHOWN_ROWS)}
      loading={run.isReading}
      loadingText="Loading rows"
      resizableColumns
      stickyHeader
      ariaLabels={{ tableLabel: "Query results" }}
      columnDefinitions={rows.columns.map((column, i) => ({
        id: `${i}`,
        header: column,
        isRowHeader: i === 0,
        minWidth: 120,
        width: rows.columns.length > 4 ? 220 : undefined,
        cell: (row: string[]) => cell(column, row[i] ?? ""),
      }))}
      header={
        <Header
          counter={`(${count(rows.total ?? rows.rows.length)})`}
          actions={
            <ButtonDropdown
              disabled={rows.rows.length === 0 || run.isReading}
              items={[
                { id: "csv", text: "Download as CSV" },
                { id: "json", text: "Download as JSON" },
              ]}
              onItemClick={(event) => void saveAll(event.detail.id)}
            >
              Download results
            </ButtonDropdown>
          }
        >
          Query results
        </Header>
      }
      pagination={
        <Pagination
          currentPageIndex={page}
          pagesCount={Math.max(1, Math.ceil((rows.total ?? rows.rows.length) / SHOWN_ROWS))}
          ariaLabels={{
            nextPageLabel: "Next page",
            previousPageLabel: "Previous page",
            pageLabel: (number) => `Page ${number}`,
          }}
          onChange={(event) => void turn(event.detail.currentPageIndex)}
        />
      }
      empty={<Box textAlign="center">The query found no rows.</Box>}
    />
  );
}

export function QueryResults({ run }: { run: QueryRun }) {
  const failure = run.query?.ErrorMessage;
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={run.error} header="The query's results could not be loaded" />
      {failure && (
        <Alert type={run.query?.QueryStatus === "FAILED" ? "error" : "warning"} header="The query did not finish">
          {failure}
        </Alert>
      )}
      <Statistics run={run} />
      {run.isRunning && <Button onClick={run.cancel}>Cancel query</Button>}
      {run.rows && <RowsTable run={run} rows={run.rows} />}
    </SpaceBetween>
  );
}
