// SPDX-License-Identifier: Apache-2.0
// Insights: spans of unusual activity, newest first.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Pagination from "@cloudscape-design/components/pagination";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { average, categoryOf, type Insight, listInsights, TYPE_LABELS } from "../parts/insights";
import { PageLink } from "../parts/page-link";
import { useSession } from "../session";

const SHOWN_ROWS = 25;
const DAYS = [
  { value: "1", label: "Last day" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
];
const TYPES = [
  { value: "", label: "All insight types" },
  ...Object.entries(TYPE_LABELS).map(([value, label]) => ({ value, label })),
];
const CATEGORIES = [
  { value: "", label: "All source events" },
  { value: "Management", label: "Management events" },
  { value: "Data", label: "Data events" },
];
const STATES = [
  { value: "", label: "Open and ended" },
  { value: "open", label: "Open" },
  { value: "ended", label: "Ended" },
];

type Setter = (name: string, value: string) => void;

function fits({ details, end }: Insight, address: URLSearchParams): boolean {
  const text = (address.get("text") ?? "").toLowerCase();
  const type = address.get("type");
  const category = address.get("category");
  const state = address.get("state");
  const words = `${details.eventName} ${details.eventSource} ${details.errorCode ?? ""}`.toLowerCase();
  return (
    words.includes(text) &&
    (!type || details.insightType === type) &&
    (!category || details.sourceEventCategory === category) &&
    (!state || (state === "open") === (end === undefined))
  );
}

function Filters({ address, set }: { address: URLSearchParams; set: Setter }) {
  const choice = (name: string, label: string, options: { value: string; label: string }[], other: string) => (
    <Select
      selectedOption={options.find((option) => option.value === (address.get(name) ?? other)) ?? null}
      options={options}
      ariaLabel={label}
      onChange={({ detail }) => set(name, detail.selectedOption.value ?? "")}
    />
  );
  return (
    <SpaceBetween size="s" direction="horizontal">
      <Input
        type="search"
        value={address.get("text") ?? ""}
        placeholder="Event name, source or error code"
        ariaLabel="Filter insights"
        clearAriaLabel="Clear"
        onChange={({ detail }) => set("text", detail.value)}
      />
      {choice("type", "Insight type", TYPES, "")}
      {choice("category", "Source event category", CATEGORIES, "")}
      {choice("state", "State", STATES, "")}
      {choice("days", "Time range", DAYS, "90")}
    </SpaceBetween>
  );
}

function NoInsights({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">{isFiltered ? "No matches" : "No insights"}</Box>
        {isFiltered ? (
          <Button onClick={onClear}>Clear filters</Button>
        ) : (
          <>
            <Box>
              Nothing unusual was found, or no trail asks for Insights. To turn them on, open a trail, choose Edit of its
              Insights events, and check API call rate or API error rate.
            </Box>
            <Button onClick={() => navigate("/trails")}>Go to trails</Button>
          </>
        )}
      </SpaceBetween>
    </Box>
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Event name",
    isRowHeader: true,
    cell: (insight: Insight) => <PageLink to={`/insights/${insight.id}`}>{insight.details.eventName}</PageLink>,
  },
  { id: "source", header: "Event source", cell: ({ details }: Insight) => details.eventSource },
  {
    id: "type",
    header: "Insight type",
    cell: ({ details }: Insight) => TYPE_LABELS[details.insightType] ?? String(details.insightType),
  },
  { id: "category", header: "Source event category", cell: ({ details }: Insight) => categoryOf(details) },
  { id: "error", header: "Error code", cell: ({ details }: Insight) => details.errorCode ?? "-" },
  {
    id: "state",
    header: "State",
    cell: ({ end }: Insight) => (
      <StatusIndicator type={end ? "stopped" : "warning"}>{end ? "Ended" : "Open"}</StatusIndicator>
    ),
  },
  { id: "start", header: "Insight start time", cell: (insight: Insight) => time(insight.start) },
  { id: "end", header: "Insight end time", cell: (insight: Insight) => time(insight.end) },
  {
    id: "baseline",
    header: "Baseline average",
    cell: ({ details }: Insight) => average(details.statistics.baseline),
  },
  {
    id: "insight",
    header: "Insight average",
    cell: ({ details }: Insight) => average(details.statistics.insight),
  },
];

export default function InsightsPage() {
  const { cloudtrail } = useSession();
  const [address, setAddress] = useSearchParams();
  const [page, setPage] = useState(1);
  const days = Number(address.get("days") ?? 90) || 90;
  const found = useLoad((signal) => listInsights(cloudtrail, days, signal), [cloudtrail, days]);
  const items = (found.value ?? []).filter((insight) => fits(insight, address));
  const set: Setter = (name, value) => {
    const next = new URLSearchParams(address);
    if (value) next.set(name, value);
    else next.delete(name);
    setPage(1);
    setAddress(next, { replace: name === "text" });
  };
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={found.error} retry={found.reload} header="Insights could not be loaded" />
      <Table
        variant="full-page"
        items={items.slice((page - 1) * SHOWN_ROWS, page * SHOWN_ROWS)}
        trackBy="id"
        loading={found.isLoading && !found.value}
        loadingText="Loading insights"
        ariaLabels={{ tableLabel: "Insights" }}
        columnDefinitions={COLUMNS}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={found.value && `(${items.length})`}
            description="Unusual rates of calls and errors, of management events and of the data events of trails."
            actions={<Button iconName="refresh" ariaLabel="Refresh" onClick={found.reload} />}
          >
            Insights
          </Header>
        }
        filter={<Filters address={address} set={set} />}
        pagination={
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.max(1, Math.ceil(items.length / SHOWN_ROWS))}
            ariaLabels={{
              nextPageLabel: "Next page",
              previousPageLabel: "Previous page",
              pageLabel: (number) => `Page ${number}`,
            }}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        }
        empty={
          <NoInsights isFiltered={(found.value ?? []).length > 0} onClear={() => setAddress(new URLSearchParams())} />
        }
      />
    </SpaceBetween>
  );
}
