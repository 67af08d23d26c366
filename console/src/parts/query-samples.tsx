// SPDX-License-Identifier: Apache-2.0
// Sample queries, found by what one wants to know.
import { SearchSampleQueriesCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";

const FIRST_PHRASE = "who made API calls, errors, console sign-in, users, resources";
const WAIT_MS = 400; // after the last letter, before it is searched
const PHRASE_MIN = 2;

export function SampleQueries({ onUse }: { onUse: (statement: string) => void }) {
  const { cloudtrail } = useSession();
  const [text, setText] = useState("");
  const [phrase, setPhrase] = useState(FIRST_PHRASE);
  useEffect(() => {
    const wanted = text.trim().length >= PHRASE_MIN ? text.trim() : FIRST_PHRASE;
    const timer = setTimeout(() => setPhrase(wanted), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useLoad(
    (abortSignal) =>
      cloudtrail.send(new SearchSampleQueriesCommand({ SearchPhrase: phrase, MaxResults: 50 }), { abortSignal }),
    [cloudtrail, phrase],
  );
  const samples = found.value?.SearchResults ?? [];
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={found.error} retry={found.reload} header="Sample queries could not be loaded" />
      <Table
        items={samples}
        trackBy="Name"
        loading={found.isLoading && !found.value}
        loadingText="Loading sample queries"
        wrapLines
        ariaLabels={{ tableLabel: "Sample queries" }}
        header={<Header counter={`(${samples.length})`}>Sample queries</Header>}
        filter={
          <Input
            type="search"
            value={text}
            onChange={(event) => setText(event.detail.value)}
            placeholder="Search by phrase, such as: who deleted a bucket"
            ariaLabel="Search sample queries"
            clearAriaLabel="Clear"
          />
        }
        empty={<Box textAlign="center">No sample query fits. Try other words.</Box>}
        columnDefinitions={[
          { id: "name", header: "Query name", isRowHeader: true, minWidth: 180, cell: (sample) => sample.Name ?? "-" },
          { id: "about", header: "Query description", minWidth: 200, cell: (sample) => sample.Description ?? "-" },
          {
            id: "sql",
            header: "Query SQL",
            minWidth: 260,
            cell: (sample) => <Box variant="code">{sample.SQL}</Box>,
          },
          {
            id: "use",
            header: "Action",
            minWidth: 150,
            cell: (sample) => (
              <Button wrapText={false} ariaLabel={`Use query ${sample.Name}`} onClick={() => onUse(sample.SQL ?? "")}>
                Use query
              </Button>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
