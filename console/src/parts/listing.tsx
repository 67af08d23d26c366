// SPDX-License-Identifier: Apache-2.0
// A table within a section: a column for each header, of which the first names the row.
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";

interface Properties<Item> {
  /** What it is called where it cannot be seen. */
  label: string;
  items: readonly Item[];
  trackBy?: string | ((item: Item) => string);
  header?: ReactNode;
  empty?: ReactNode;
  wrapLines?: boolean;
  columns: Record<string, (item: Item) => ReactNode>;
}

export function Listing<Item>({ label, columns, ...table }: Properties<Item>) {
  return (
    <Table
      variant="embedded"
      ariaLabels={{ tableLabel: label }}
      columnDefinitions={Object.entries(columns).map(([header, cell], i) => ({
        id: header,
        header,
        isRowHeader: i === 0,
        cell,
      }))}
      {...table}
    />
  );
}
