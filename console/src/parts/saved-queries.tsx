// SPDX-License-Identifier: Apache-2.0
// Queries that somebody wants to keep: their texts, in this browser. CloudTrail has no operation for them.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useCallback, useState } from "react";

const KEY = "cairn-saved-queries";

export interface SavedQuery {
  name: string;
  statement: string;
}

function stored(): SavedQuery[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.filter((query) => typeof query?.name === "string" && typeof query?.statement === "string");
  } catch {
    return [];
  }
}

export function useSavedQueries() {
  const [queries, setQueries] = useState(stored);
  const change = useCallback((next: SavedQuery[]) => {
    localStorage.setItem(KEY, JSON.stringify(next));
    setQueries(next);
  }, []);
  const save = (query: SavedQuery) => change([query, ...queries.filter((old) => old.name !== query.name)]);
  const remove = (name: string) => change(queries.filter((old) => old.name !== name));
  return { queries, save, remove };
}

interface Properties {
  queries: SavedQuery[];
  onUse: (statement: string) => void;
  onRemove: (name: string) => void;
}

export function SavedQueries({ queries, onUse, onRemove }: Properties) {
  return (
    <Table
      items={queries}
      trackBy="name"
      wrapLines
      ariaLabels={{ tableLabel: "Saved queries" }}
      header={
        <Header counter={`(${queries.length})`} description="Kept in this browser only.">
          Saved queries
        </Header>
      }
      empty={<Box textAlign="center">No saved queries. Write one in the editor and choose Save.</Box>}
      columnDefinitions={[
        { id: "name", header: "Query name", isRowHeader: true, cell: (query) => query.name },
        { id: "sql", header: "Query SQL", cell: (query) => <Box variant="code">{query.statement}</Box> },
        {
          id: "actions",
          header: "Actions",
          minWidth: 220,
          cell: (query) => (
            <SpaceBetween size="xs" direction="horizontal">
              <Button wrapText={false} ariaLabel={`Use query ${query.name}`} onClick={() => onUse(query.statement)}>
                Use query
              </Button>
              <Button wrapText={false} ariaLabel={`Delete ${query.name}`} onClick={() => onRemove(query.name)}>
                Delete
              </Button>
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}
