// SPDX-License-Identifier: Apache-2.0
// Advanced event selectors, to be read.
import type { AdvancedEventSelector, AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";
import { Listing } from "./listing";
import { OPERATORS } from "./selectors";

function conditionText(field: AdvancedFieldSelector): string {
  return OPERATORS.filter((operator) => field[operator]?.length)
    .map((operator) => `${field.Field} ${operator} ${field[operator]?.join(", ")}`)
    .join("; ");
}

export function StoreSelectorsSummary({ selectors }: { selectors: AdvancedEventSelector[] }) {
  return (
    <Listing
      label="Advanced event selectors"
      items={selectors}
      wrapLines
      empty="No selectors."
      columns={{
        Selector: (selector) => selector.Name || "-",
        "Conditions, all of which must hold": (selector) => (
          <>
            {(selector.FieldSelectors ?? []).map((field, i) => (
              <div key={i}>{conditionText(field)}</div>
            ))}
          </>
        ),
      }}
    />
  );
}
