// SPDX-License-Identifier: Apache-2.0
// Queries of a store in the last seven days.
import { DescribeQueryCommand, ListQueriesCommand, type QueryStatus as Status } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { QueryStatus } from "./query-results";

const DESCRIBED_MAX = 50; // their statements are asked for one by one
const STATUSES = ["QUEUED", "RUNNING", "FINISHED", "FAILED", "CANCELLED", "TIMED_OUT"];
const ALL = { value: "", label: "All statuses" };

export function QueryHistory({ store, onOpen }: { store: string; onOpen: (queryId: string) => void }) {
  const { cloudtrail } = useSession();
  const [status, setStatus] = useState("");
  const queries = useLoad(
    async (abortSignal) => {
      if (!store) return [];
      const request = { EventDataStore: store, MaxResults: DESCRIBED_MAX, QueryStatus: (status || undefined) as Status };
      const page = await cloudtrail.send(new ListQueriesCommand(request), { abortSignal });
      return Promise.all(
        (page.Queries ?? []).map(({ QueryId }) => cloudtrail.send(new DescribeQueryCommand({ QueryId }), { abortSignal })),
      );
    },
    [cloudtrail, store, status],
  );
  const options = [ALL, ...STATUSES.map((value) => ({ value, label: value }))];
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={queries.error} retry={queries.reload} header="Queries could not be loaded" />
      <Table
        items={queries.value ?? []}
        trackBy="QueryId"
        loading={queries.isLoading && !queries.value}
        loadingText="Loading queries"
        wrapLines
        ariaLabels={{ tableLabel: "Query history" }}
        header={
          <Header
            description={`The newest ${DESCRIBED_MAX} queries of this event data store, of the last seven days.`}
            actions={<Button iconName="refresh" ariaLabel="Refresh" onClick={queries.reload} />}
          >
            Query history
          </Header>
        }
        filter={
          <Select
            selectedOption={options.find((option) => option.value === status) ?? ALL}
            options={options}
            ariaLabel="Status"
            onChange={(event) => setStatus(event.detail.selectedOption.value ?? "")}
          />
        }
        empty={<Box textAlign="center">No queries{status && " with this status"}.</Box>}
        columnDefinitions={[
          {
            id: "id",
            header: "Query ID",
            isRowHeader: true,
            cell: (query) => (
              <Link
                href={`/console/lake/query?query=${query.QueryId}`}
                onFollow={(event) => {
                  event.preventDefault();
                  onOpen(query.QueryId ?? "");
                }}
              >
                {query.QueryId}
              </Link>
            ),
          },
          { id: "sql", header: "Query SQL", cell: (query) => query.QueryString ?? "-" },
          { id: "created", header: "Created", cell: (query) => time(query.QueryStatistics?.CreationTime) },
          { id: "status", header: "Status", cell: (query) => <QueryStatus status={query.QueryStatus} /> },
        ]}
      />
    </SpaceBetween>
  );
}
