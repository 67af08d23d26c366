// SPDX-License-Identifier: Apache-2.0
// Advanced event selectors, to be read.
import type { AdvancedEventSelector, AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";
import { OPERATORS } from "./selectors";

function conditionText(field: AdvancedFieldSelector): string {
  return OPERATORS.filter((operator) => field[operator]?.length)
    .map((operator) => `${field.Field} ${operator} ${field[operator]?.join(", ")}`)
    .join("; ");
}

export function StoreSelectorsSummary({ selectors }: { selectors: AdvancedEventSelector[] }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={selectors}
      ariaLabels={{ tableLabel: "Advanced event selectors" }}
      empty={<Box textAlign="center">No selectors.</Box>}
      columnDefinitions={[
        { id: "name", header: "Selector", isRowHeader: true, cell: (selector) => selector.Name || "-" },
        {
          id: "fields",
          header: "Conditions, all of which must hold",
          cell: (selector) => (
            <>
              {(selector.FieldSelectors ?? []).map((field, i) => (
                <div key={i}>{conditionText(field)}</div>
              ))}
            </>
          ),
        },
      ]}
    />
  );
}
