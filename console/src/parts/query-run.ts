// SPDX-License-Identifier: Apache-2.0
// A query: started, watched until it ends, its rows read page by page.
import {
  CancelQueryCommand,
  type CloudTrailClient,
  DescribeQueryCommand,
  type DescribeQueryResponse,
  GetQueryResultsCommand,
} from "@aws-sdk/client-cloudtrail";
import { useCallback, useEffect, useRef, useState } from "react";
import { isAbort } from "../errors";
import { useSession } from "../session";

const POLL_MS = 500;
const DELIVERY_POLL_MS = 2000;
const PAGE_ROWS = 1000;

export interface Rows {
  columns: string[];
  rows: string[][];
  nextToken?: string;
  total?: number;
}

export function isOver(status: string | undefined): boolean {
  return status !== undefined && status !== "QUEUED" && status !== "RUNNING";
}

/** A row is a list of maps with one key each, so that columns keep their order and may share a name. */
function columnsOf(row: Record<string, string>[]): string[] {
  return row.map((cell) => Object.keys(cell)[0] ?? "");
}

export async function readRows(
  cloudtrail: CloudTrailClient,
  QueryId: string,
  NextToken: string | undefined,
  abortSignal: AbortSignal | undefined,
): Promise<Rows> {
  const page = await cloudtrail.send(
    new GetQueryResultsCommand({ QueryId, NextToken, MaxQueryResults: PAGE_ROWS }),
    { abortSignal },
  );
  const rows = page.QueryResultRows ?? [];
  return {
    columns: rows[0] ? columnsOf(rows[0]) : [],
    rows: rows.map((row) => row.map((cell) => Object.values(cell)[0] ?? "")),
    nextToken: page.NextToken,
    total: page.QueryStatistics?.TotalResultsCount,
  };
}

export async function waitForQuery(
  cloudtrail: CloudTrailClient,
  key: { QueryId: string } | { QueryAlias: string; RefreshId: string | undefined },
  abortSignal: AbortSignal,
  onChange?: (query: DescribeQueryResponse) => void,
): Promise<DescribeQueryResponse> {
  for (;;) {
    const query = await cloudtrail.send(new DescribeQueryCommand(key), { abortSignal });
    onChange?.(query);
    if (isOver(query.QueryStatus) || abortSignal.aborted) return query;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Rows are put into their bucket after the query has ended. */
async function watchDelivery(
  cloudtrail: CloudTrailClient,
  ended: DescribeQueryResponse,
  abortSignal: AbortSignal,
  onChange: (query: DescribeQueryResponse) => void,
): Promise<void> {
  let query = ended;
  while (query.DeliveryStatus === "PENDING" && !abortSignal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, DELIVERY_POLL_MS));
    query = await cloudtrail.send(new DescribeQueryCommand({ QueryId: ended.QueryId }), { abortSignal });
    onChange(query);
  }
}

interface State {
  query?: DescribeQueryResponse;
  rows?: Rows;
  error?: unknown;
  isReading?: boolean;
}

export interface QueryRun extends State {
  isRunning: boolean;
  cancel: () => void;
  /** Reads on until there are `wanted` rows or no more, and returns all; undefined where that failed or another query is shown. */
  more: (wanted: number) => Promise<Rows | undefined>;
}

/** Watches the query `id`, and reads its first rows when it has ended. */
export function useQueryRun(id: string | null): QueryRun {
  const { cloudtrail } = useSession();
  const [state, setState] = useState<State>({});
  const shown = useRef<AbortController>();
  useEffect(() => {
    setState({});
    if (!id) return;
    const abort = (shown.current = new AbortController());
    const show = (query: DescribeQueryResponse) => !abort.signal.aborted && setState((old) => ({ ...old, query }));
    const watch = async () => {
      const query = await waitForQuery(cloudtrail, { QueryId: id }, abort.signal, show);
      if (query.QueryStatus !== "FINISHED" && query.QueryStatus !== "TIMED_OUT") return;
      const rows = await readRows(cloudtrail, id, undefined, abort.signal);
      if (!abort.signal.aborted) setState((old) => ({ ...old, rows }));
      await watchDelivery(cloudtrail, query, abort.signal, show);
    };
    watch().catch((error: unknown) => {
      if (!abort.signal.aborted && !isAbort(error)) setState((old) => ({ ...old, error }));
    });
    return () => abort.abort();
  }, [cloudtrail, id]);

  const cancel = useCallback(() => {
    const signal = shown.current?.signal;
    if (!id || !signal) return;
    cloudtrail
      .send(new CancelQueryCommand({ QueryId: id }))
      .catch((error: unknown) => !signal.aborted && setState((old) => ({ ...old, error })));
  }, [cloudtrail, id]);
  const more = useCallback(
    async (wanted: number) => {
      const signal = shown.current?.signal;
      let rows = state.rows;
      if (!id || !rows || !signal) return undefined;
      setState((old) => ({ ...old, isReading: true }));
      try {
        while (rows.nextToken && rows.rows.length < wanted) {
          const page: Rows = await readRows(cloudtrail, id, rows.nextToken, signal);
          rows = { ...rows, rows: [...rows.rows, ...page.rows], nextToken: page.nextToken };
        }
        if (signal.aborted) return undefined;
        setState((old) => ({ ...old, rows, isReading: false }));
        return rows;
      } catch (error) {
        if (!signal.aborted) setState((old) => ({ ...old, rows, error, isReading: false }));
        return undefined;
      }
    },
    [cloudtrail, id, state.rows],
  );
  const isRunning = id !== null && !state.error && !isOver(state.query?.QueryStatus);
  return { ...state, isRunning, cancel, more };
}
