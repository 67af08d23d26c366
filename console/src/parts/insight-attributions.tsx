// SPDX-License-Identifier: Apache-2.0
// Who and what an insight is made of, against what is usual; each leads to its calls.
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { type Attribution, average, type Insight } from "./insights";
import { eventsHref } from "./event-filters";
import { PageLink } from "./page-link";

const LABELS: Record<string, string> = {
  userIdentityArn: "User identity ARNs",
  userAgent: "User agents",
  errorCode: "Error codes",
};
const MINUTE_MS = 60_000;

interface Row {
  value: string;
  insight?: number;
  baseline?: number;
}

/** What was usual stays in the table where it fell silent. */
function rowsOf(attribution: Attribution): Row[] {
  const rows = new Map<string, Row>();
  for (const { value, average: rate } of attribution.insight ?? []) rows.set(value, { value, insight: rate });
  for (const { value, average: rate } of attribution.baseline ?? [])
    rows.set(value, { ...(rows.get(value) ?? { value }), baseline: rate });
  return [...rows.values()];
}

/** Event history with the calls of the span; more filters make them fewer. */
export function callsHref(insight: Insight, ...more: [name: string, value: string][]): string {
  const { eventName, eventSource, errorCode, sourceEventCategory } = insight.details;
  const from = insight.start ?? insight.end ?? new Date();
  const to = insight.end ?? new Date();
  return eventsHref(
    ["EventName", eventName],
    ["EventSource", eventSource],
    ...(errorCode ? [["ErrorCode", errorCode] as [string, string]] : []),
    ...more,
    ...(sourceEventCategory === "Data" ? [["category", "Data"] as [string, string]] : []),
    ["from", from.toISOString().slice(0, 19) + "Z"],
    ["to", new Date(to.getTime() + MINUTE_MS).toISOString().slice(0, 19) + "Z"],
  );
}

/** The filter that finds a value's calls; user agents have none, and ARNs of role sessions are cut. */
function filterOf(attribute: string, value: string): [string, string] | undefined {
  if (attribute === "userIdentityArn" && !value.includes(":assumed-role/")) return ["UserArn", value];
  return attribute === "errorCode" && value !== "null" ? ["ErrorCode", value] : undefined;
}

function Values({ insight, attribution }: { insight: Insight; attribution: Attribution }) {
  const label = LABELS[attribution.attribute] ?? attribution.attribute;
  return (
    <Table
      wrapLines
      items={rowsOf(attribution)}
      trackBy="value"
      ariaLabels={{ tableLabel: label }}
      header={<Header variant="h3">{label}</Header>}
      empty={<Box textAlign="center">None.</Box>}
      columnDefinitions={[
        {
          id: "value",
          header: label,
          isRowHeader: true,
          minWidth: 240,
          cell: ({ value }) => {
            const filter = filterOf(attribution.attribute, value);
            if (attribution.attribute === "errorCode" && value === "null") return "None (calls that succeeded)";
            return filter ? <PageLink to={callsHref(insight, filter)}>{value}</PageLink> : value;
          },
        },
        { id: "insight", header: "Insight average", minWidth: 120, cell: (row) => average(row.insight) },
        { id: "baseline", header: "Baseline average", minWidth: 120, cell: (row) => average(row.baseline) },
      ]}
    />
  );
}

export function InsightAttributions({ insight }: { insight: Insight }) {
  const attributions = insight.details.attributions;
  return (
    <SpaceBetween size="m">
      <Header variant="h2" description="Calls a minute in the unusual span, and usually: at most five values each.">
        Attributions
      </Header>
      {attributions.length === 0 && <Box>The insight names none.</Box>}
      {attributions.map((attribution) => (
        <Values key={attribution.attribute} insight={insight} attribution={attribution} />
      ))}
    </SpaceBetween>
  );
}
