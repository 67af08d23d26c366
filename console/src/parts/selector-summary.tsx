// SPDX-License-Identifier: Apache-2.0
// What a trail logs, to be read.
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import {
  type AdvancedDraft,
  BASIC_TYPES,
  type InsightDraft,
  insightsRequest,
  type SelectorDraft,
} from "./selectors";

const SPLIT = ", ";

function activity({ read, write }: { read: boolean; write: boolean }): string {
  return read && write ? "All" : read ? "Read" : "Write";
}

function managementText(draft: SelectorDraft): string {
  return draft.hasManagement ? activity(draft) : "No management events";
}

function excludedText(draft: SelectorDraft): string {
  const names = [...(draft.excludeKms ? ["AWS KMS"] : []), ...(draft.excludeRds ? ["Amazon RDS Data API"] : [])];
  return names.length > 0 ? names.join(SPLIT) : "None";
}

interface Row {
  kind: string;
  subject: string;
  conditions: string[];
}

function conditionTexts(draft: AdvancedDraft): string[] {
  return draft.conditions.map(({ field, operator, values }) => `${field} ${operator} ${values.join(SPLIT)}`);
}

function rowsOf(draft: SelectorDraft): Row[] {
  const advanced = (kind: string, drafts: AdvancedDraft[]) =>
    drafts.map((one) => ({
      kind,
      subject: one.name ? `${one.subject} (${one.name})` : one.subject,
      conditions: conditionTexts(one),
    }));
  const basic = draft.basic.map((one) => ({
    kind: "Data",
    subject: BASIC_TYPES[one.type]?.label ?? one.type,
    conditions: [activity(one) === "All" ? "Read and write" : `${activity(one)} only`, ...one.arns],
  }));
  return [
    ...(draft.hasData ? (draft.isAdvanced ? advanced("Data", draft.advanced) : basic) : []),
    ...(draft.hasNetwork ? advanced("Network activity", draft.network) : []),
    ...draft.others.map((one) => ({
      kind: "Other",
      subject: one.Name ?? "-",
      conditions: [JSON.stringify(one.FieldSelectors)],
    })),
  ];
}

export function SelectorSummary({ draft }: { draft: SelectorDraft }) {
  const rows = rowsOf(draft);
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Management events: API activity", value: managementText(draft) },
          ...(draft.hasManagement ? [{ label: "Excluded", value: excludedText(draft) }] : []),
        ]}
      />
      {rows.length > 0 && (
        <Table
          variant="embedded"
          items={rows}
          wrapLines
          ariaLabels={{ tableLabel: "Event selectors" }}
          columnDefinitions={[
            { id: "kind", header: "Events", cell: (row) => row.kind },
            { id: "subject", header: "Resource type or event source", isRowHeader: true, cell: (row) => row.subject },
            {
              id: "conditions",
              header: "Which",
              cell: (row) =>
                row.conditions.length > 0 ? row.conditions.map((text, i) => <div key={i}>{text}</div>) : "All events",
            },
          ]}
        />
      )}
    </SpaceBetween>
  );
}

export function InsightSummary({ draft }: { draft: InsightDraft }) {
  const selectors = insightsRequest(draft);
  if (selectors.length === 0) return <Box>Insights are not enabled for this trail.</Box>;
  return (
    <KeyValuePairs
      columns={2}
      items={selectors.map((selector) => ({
        label: selector.InsightType === "ApiCallRateInsight" ? "API call rate" : "API error rate",
        value: `${(selector.EventCategories ?? []).join(" and ")} events`,
      }))}
    />
  );
}
