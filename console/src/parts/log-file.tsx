// SPDX-License-Identifier: Apache-2.0
// One file of a trail: its records as a table, or its text.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { ProblemAlert } from "../errors";
import { download, time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { JsonView } from "./json-view";
import { PageLink } from "./page-link";
import { readObject, textOf } from "./storage";
import { lastPart } from "./trail-files";

const PAGE = 50;

/** A record's values as texts; what a record lacks, or has in another form, is empty. */
interface Row {
  id: string;
  time: string;
  name: string;
  source: string;
  user: string;
  address: string;
  error: string;
  region: string;
  category: string;
  text: string;
}

interface Content {
  text: string;
  rows?: Row[];
}

function part(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown, ...path: string[]): string {
  const found = path.reduce(part, value);
  return typeof found === "string" ? found : "";
}

function rowOf(record: unknown): Row {
  return {
    id: text(record, "eventID"),
    time: text(record, "eventTime"),
    name: text(record, "eventName") || text(record, "insightDetails", "eventName"),
    source: text(record, "eventSource") || text(record, "insightDetails", "eventSource"),
    user:
      text(record, "userIdentity", "userName") ||
      text(record, "userIdentity", "arn") ||
      text(record, "userIdentity", "invokedBy"),
    address: text(record, "sourceIPAddress"),
    error: text(record, "errorCode"),
    region: text(record, "awsRegion"),
    category: text(record, "eventCategory"),
    text: JSON.stringify(record),
  };
}

async function load(session: ReturnType<typeof useSession>, bucket: string, key: string, signal: AbortSignal) {
  const content: Content = { text: await textOf(await readObject(session, bucket, key, signal)) };
  try {
    const records = part(JSON.parse(content.text), "Records");
    return Array.isArray(records) ? { ...content, rows: records.map(rowOf) } : content;
  } catch {
    return content; // It is shown as the text that it is.
  }
}

function nameCell(row: Row, region: string) {
  // Only events of the region that one is signed in for can be looked up.
  if (row.region !== region || !row.id) return row.name || "-";
  return <PageLink to={`${row.category === "Insight" ? "/insights" : "/events"}/${encodeURIComponent(row.id)}`}>{row.name || row.id}</PageLink>;
}

function Records({ rows }: { rows: Row[] }) {
  const { region } = useSession();
  const [selected, setSelected] = useState<Row[]>([]);
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(rows, {
    filtering: { empty: "The file has no records.", noMatch: "No record fits." },
    pagination: { pageSize: PAGE },
    sorting: {},
  });
  const columns: TableProps.ColumnDefinition<Row>[] = [
    { id: "time", header: "Event time", sortingField: "time", cell: (row) => time(new Date(row.time)) },
    { id: "name", header: "Event name", sortingField: "name", isRowHeader: true, cell: (row) => nameCell(row, region) },
    { id: "source", header: "Event source", sortingField: "source", cell: (row) => row.source || "-" },
    { id: "user", header: "User name", sortingField: "user", cell: (row) => row.user || "-" },
    { id: "address", header: "Source IP address", cell: (row) => row.address || "-" },
    { id: "error", header: "Error code", sortingField: "error", cell: (row) => row.error || "-" },
  ];
  return (
    <SpaceBetween size="m">
      <Table
        {...collectionProps}
        items={items}
        columnDefinitions={columns}
        selectionType="single"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        onRowClick={({ detail }) => setSelected([detail.item])}
        ariaLabels={{
          tableLabel: "Records of the file",
          selectionGroupLabel: "Record to show",
          itemSelectionLabel: (_, row) => `${row.name} ${row.time}`,
        }}
        header={
          <Header variant="h2" counter={`(${rows.length})`} description="Choose a record to see all of it.">
            Records
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            countText={`${filteredItemsCount ?? 0} matches`}
            filteringPlaceholder="Find in records"
            filteringAriaLabel="Find in records"
          />
        }
        pagination={<Pagination {...paginationProps} ariaLabels={PAGE_LABELS} />}
      />
      {selected[0] && (
        <Container header={<Header variant="h2">{selected[0].name || "Record"}</Header>}>
          <JsonView key={selected[0].text} text={selected[0].text} />
        </Container>
      )}
    </SpaceBetween>
  );
}

const PAGE_LABELS = {
  nextPageLabel: "Next page",
  previousPageLabel: "Previous page",
  pageLabel: (page: number) => `Page ${page}`,
};

export function LogFile({ bucket, objectKey, onBack }: { bucket: string; objectKey: string; onBack: () => void }) {
  const session = useSession();
  const content = useLoad((signal) => load(session, bucket, objectKey, signal), [session, bucket, objectKey]);
  const name = lastPart(objectKey);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h2"
        description={`s3://${bucket}/${objectKey}`}
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button iconName="arrow-left" onClick={onBack}>
              All files
            </Button>
            <Button
              iconName="download"
              disabled={!content.value}
              onClick={() => download(name.replace(/\.gz$/, ""), "application/json", content.value?.text ?? "")}
            >
              Download
            </Button>
          </SpaceBetween>
        }
      >
        <Box variant="span" fontSize="heading-m">
          {name}
        </Box>
      </Header>
      <ProblemAlert error={content.error} retry={content.reload} header="The file could not be opened" />
      {content.isLoading && !content.value && <Spinner size="large" />}
      {content.value &&
        (content.value.rows ? (
          <Records rows={content.value.rows} />
        ) : (
          <Container header={<Header variant="h2">Content</Header>}>
            <JsonView text={content.value.text} />
          </Container>
        ))}
    </SpaceBetween>
  );
}
