// SPDX-License-Identifier: Apache-2.0
// Query: statements over event data stores, written, run, and found again.
import { StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { idOf, listStores, type Store } from "../parts/lake";
import { PageLink } from "../parts/page-link";
import { GenerateQuery, QueryEditor, SaveQuery } from "../parts/query-editor";
import { QueryHistory } from "../parts/query-history";
import { QueryResults } from "../parts/query-results";
import { useQueryRun } from "../parts/query-run";
import { SampleQueries } from "../parts/query-samples";
import { SavedQueries, useSavedQueries } from "../parts/saved-queries";
import { useSession } from "../session";

const firstStatement = (store: string) =>
  `SELECT eventTime, eventName, eventSource, userIdentity.arn, sourceIPAddress, errorCode, eventID\nFROM ${store}\nORDER BY eventTime DESC\nLIMIT 100`;

/** Samples and examples name no store of this account: the chosen one takes their place. */
function withStore(statement: string, store: string): string {
  return statement.replaceAll("$EDS_ID", store);
}

function StoreChooser({ stores, chosen, onChange }: { stores: Store[]; chosen: string; onChange: (id: string) => void }) {
  const options = stores.map((store) => ({
    value: idOf(store.EventDataStoreArn),
    label: store.Name,
    description: idOf(store.EventDataStoreArn),
  }));
  return (
    <FormField label="Event data store" description="Its ID is the name of the table.">
      <Select
        selectedOption={options.find((option) => option.value === chosen) ?? null}
        options={options}
        placeholder="Choose an event data store"
        empty="No event data stores"
        onChange={(event) => onChange(event.detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

/** The statement in the editor: of the query in the address, else one to begin with. A query that was started here is
 * not put back into the editor, where somebody may write on meanwhile. */
function useStatement(store: string, ran: string | undefined) {
  const [statement, setStatement] = useState("");
  const started = useRef<string>();
  useEffect(() => {
    if (ran && ran !== started.current) setStatement(ran);
    if (ran) started.current = undefined;
  }, [ran]);
  useEffect(() => {
    if (store) setStatement((old) => old || firstStatement(store));
  }, [store]);
  return { statement, setStatement, started };
}

export default function LakeQueryPage() {
  const { cloudtrail } = useSession();
  const flash = useFlash();
  const [address, setAddress] = useSearchParams();
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  const usable = (stores.value ?? []).filter((store) => store.Status !== "PENDING_DELETION");
  const store = address.get("store") ?? idOf(usable[0]?.EventDataStoreArn);
  const queryId = address.get("query");
  const run = useQueryRun(queryId);
  const { statement, setStatement, started } = useStatement(queryId ? "" : store, run.query?.QueryString);
  const [error, setError] = useState<unknown>(null);
  const [isStarting, setIsStarting] = useState(false);
  const [isSaving, setIsSaving] = useState(false);
  const saved = useSavedQueries();

  const go = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(address);
    for (const [name, value] of Object.entries(changes)) value === null ? next.delete(name) : next.set(name, value);
    setAddress(next);
  };
  const start = (DeliveryS3Uri: string | undefined) => {
    setIsStarting(true);
    setError(null);
    cloudtrail
      .send(new StartQueryCommand({ QueryStatement: statement, DeliveryS3Uri }))
      .then((answer) => {
        started.current = statement;
        go({ query: answer.QueryId ?? null, tab: null });
      })
      .catch(setError)
      .finally(() => setIsStarting(false));
  };
  const change = (text: string) => {
    setStatement(text);
    setError(null);
  };
  const use = (text: string) => {
    change(withStore(text, store));
    go({ tab: null, query: null });
  };
  const keep = (name: string) => {
    saved.save({ name, statement });
    setIsSaving(false);
    flash({ type: "success", header: `Query ${name} saved` });
  };

  const editor = (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <GenerateQuery store={store} onDone={change} />
          <QueryEditor
            statement={statement}
            stores={usable}
            error={error}
            isBusy={isStarting || run.isRunning}
            onChange={change}
            onRun={start}
            onSave={() => setIsSaving(true)}
          />
        </SpaceBetween>
      </Container>
      {queryId && (
        <Container header={<Header variant="h2">Command output</Header>}>
          <QueryResults run={run} />
        </Container>
      )}
    </SpaceBetween>
  );
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Ask your event data stores in SQL.">
          Query
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ProblemAlert error={stores.error} retry={stores.reload} header="Event data stores could not be loaded" />
        {stores.value && usable.length === 0 && (
          <Alert type="info" header="There is no event data store yet">
            A query reads an event data store. <PageLink to="/lake/stores/create">Create event data store</PageLink>
          </Alert>
        )}
        <StoreChooser stores={usable} chosen={store} onChange={(id) => go({ store: id })} />
        <Tabs
          ariaLabel="Parts of Query"
          i18nStrings={{ scrollLeftAriaLabel: "Scroll left", scrollRightAriaLabel: "Scroll right" }}
          activeTabId={address.get("tab") ?? "editor"}
          onChange={(event) => go({ tab: event.detail.activeTabId === "editor" ? null : event.detail.activeTabId })}
          tabs={[
            { id: "editor", label: "Editor", content: editor },
            { id: "samples", label: "Sample queries", content: <SampleQueries onUse={use} /> },
            {
              id: "history",
              label: "Query history",
              content: <QueryHistory store={store} onOpen={(id) => go({ query: id, tab: null })} />,
            },
            {
              id: "saved",
              label: "Saved queries",
              content: <SavedQueries queries={saved.queries} onUse={use} onRemove={saved.remove} />,
            },
          ]}
        />
        {isSaving && <SaveQuery onSave={keep} onDismiss={() => setIsSaving(false)} />}
      </SpaceBetween>
    </ContentLayout>
  );
}
