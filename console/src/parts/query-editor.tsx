// SPDX-License-Identifier: Apache-2.0
// Where a query is written: from nothing, or from words; then run, saved, and its results delivered if wanted.
import { GenerateQueryCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useState } from "react";
import { ProblemAlert } from "../errors";
import { useSession } from "../session";
import { Dialog } from "./dialog";
import { idOf, type Store } from "./lake";
import type { Fault } from "./sql-editor";

const SqlEditor = lazy(() => import("./sql-editor"));
const PROMPT_MIN = 3;

/** "line 2:5: ..." is how faults of a statement are told. */
export function faultOf(error: unknown): Fault | undefined {
  const found = error instanceof Error ? /line (\d+):(\d+): ?([^]*)/.exec(error.message) : null;
  return found ? { line: Number(found[1]), column: Number(found[2]), message: found[3] ?? "" } : undefined;
}

export function GenerateQuery({ store, onDone }: { store: string; onDone: (statement: string) => void }) {
  const { cloudtrail } = useSession();
  const [prompt, setPrompt] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const generate = () => {
    setIsBusy(true);
    setError(null);
    cloudtrail
      .send(new GenerateQueryCommand({ EventDataStores: [store], Prompt: prompt }))
      .then((answer) => onDone(answer.QueryStatement ?? ""))
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return (
    <SpaceBetween size="s">
      <FormField
        stretch
        label="Query generator"
        description="Say what you want to know, such as: how many errors were there by service in the past week?"
        secondaryControl={
          <Button onClick={generate} loading={isBusy} disabled={!store || prompt.trim().length < PROMPT_MIN}>
            Generate query
          </Button>
        }
      >
        <Input
          value={prompt}
          onChange={(event) => setPrompt(event.detail.value)}
          onKeyDown={(event) => event.detail.key === "Enter" && prompt.trim().length >= PROMPT_MIN && generate()}
        />
      </FormField>
      <ProblemAlert error={error} header="No query was generated" />
    </SpaceBetween>
  );
}

export function SaveQuery({ onSave, onDismiss }: { onSave: (name: string) => void; onDismiss: () => void }) {
  const [name, setName] = useState("");
  const save = () => name.trim() && onSave(name.trim());
  return (
    <Dialog header="Save query" action="Save query" isDisabled={!name.trim()} onAct={save} onDismiss={onDismiss}>
      <FormField label="Query name" description="A saved query of this name is replaced. It is kept in this browser.">
        <Input
          value={name}
          onChange={(event) => setName(event.detail.value)}
          onKeyDown={(event) => event.detail.key === "Enter" && save()}
        />
      </FormField>
    </Dialog>
  );
}

interface Properties {
  statement: string;
  stores: Store[];
  error: unknown;
  isBusy: boolean;
  onChange: (statement: string) => void;
  onRun: (deliveryUri: string | undefined) => void;
  onSave: () => void;
}

function uriFault(uri: string): string | undefined {
  return /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(uri) ? undefined : "It must be s3://BUCKET or s3://BUCKET/PREFIX.";
}

export function QueryEditor({ statement, stores, error, isBusy, onChange, onRun, onSave }: Properties) {
  const [isDelivered, setIsDelivered] = useState(false);
  const [uri, setUri] = useState("");
  const uriError = isDelivered && uri ? uriFault(uri) : undefined;
  const canRun = statement.trim() !== "" && !isBusy && (!isDelivered || (uri !== "" && !uriError));
  const run = () => canRun && onRun(isDelivered ? uri : undefined);
  return (
    <SpaceBetween size="m">
      <Suspense fallback={<Spinner size="large" />}>
        <SqlEditor
          value={statement}
          onChange={onChange}
          onRun={run}
          fault={faultOf(error)}
          stores={stores.map((store) => ({ id: idOf(store.EventDataStoreArn), name: store.Name ?? "" }))}
        />
      </Suspense>
      <Box color="text-body-secondary" fontSize="body-s">
        Ctrl+Space completes, Ctrl+Enter runs, Escape leaves the editor.
      </Box>
      <ProblemAlert error={error} header="The query was not started" />
      <Checkbox checked={isDelivered} onChange={(event) => setIsDelivered(event.detail.checked)}>
        Save results to S3
      </Checkbox>
      {isDelivered && (
        <FormField label="S3 URI" description="Rows are put there as gzip CSV, with a signature." errorText={uriError}>
          <Input value={uri} placeholder="s3://bucket/prefix" onChange={(event) => setUri(event.detail.value)} />
        </FormField>
      )}
      <SpaceBetween size="xs" direction="horizontal">
        <Button variant="primary" onClick={run} disabled={!canRun} loading={isBusy}>
          Run
        </Button>
        <Button onClick={onSave} disabled={statement.trim() === ""}>
          Save
        </Button>
        <Button onClick={() => onChange("")} disabled={statement === ""}>
          Clear
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
