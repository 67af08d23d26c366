// SPDX-License-Identifier: Apache-2.0
// One event data store: what it is, what it takes, and everything that can be done with it.
import {
  DeleteEventDataStoreCommand,
  GetEventDataStoreCommand,
  ListTagsCommand,
  RestoreEventDataStoreCommand,
  StartEventDataStoreIngestionCommand,
  StopEventDataStoreIngestionCommand,
  type Tag,
} from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert, problemOf } from "../errors";
import { count, time } from "../format";
import { useLoad } from "../load";
import { ConfirmModal } from "../parts/confirm-modal";
import { categoriesOf, CATEGORY_LABELS, idOf, isOfEvents, type Store } from "../parts/lake";
import { EditStore, EditStoreEvents, EditStoreTags } from "../parts/store-edit";
import { CopyTrailEvents, StoreImports } from "../parts/store-import";
import { StoreInsights } from "../parts/store-insights";
import { StoreSelectorsSummary } from "../parts/store-selectors-summary";
import { StoreStatus } from "../parts/store-status";
import { useSession } from "../session";

type Dialog = "edit" | "events" | "tags" | "copy" | "delete" | null;

const ACTS = {
  start: { command: StartEventDataStoreIngestionCommand, text: "Ingestion started" },
  stop: { command: StopEventDataStoreIngestionCommand, text: "Ingestion stopped" },
  restore: { command: RestoreEventDataStoreCommand, text: "Event data store restored" },
};

const PRICING: Record<string, string> = {
  EXTENDABLE_RETENTION_PRICING: "One-year extendable retention pricing",
  FIXED_RETENTION_PRICING: "Seven-year retention pricing",
};

function Details({ store, onEdit }: { store: Store; onEdit: () => void }) {
  const isOn = (value: boolean | undefined) => (value ? "Enabled" : "Disabled");
  return (
    <Container
      header={
        <Header variant="h2" actions={<Button onClick={onEdit}>Edit</Button>}>
          General details
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Event data store name", value: store.Name },
          { label: "Status", value: <StoreStatus status={store.Status} /> },
          { label: "Event data store ID (the table's name)", value: idOf(store.EventDataStoreArn) },
          { label: "Event data store ARN", value: store.EventDataStoreArn },
          { label: "Retention period", value: `${count(store.RetentionPeriod)} days` },
          { label: "Pricing option", value: PRICING[store.BillingMode ?? ""] ?? "-" },
          { label: "All regions", value: store.MultiRegionEnabled ? "Yes" : "No" },
          { label: "Termination protection", value: isOn(store.TerminationProtectionEnabled) },
          { label: "AWS KMS key", value: store.KmsKeyId ?? "-" },
          { label: "Created", value: time(store.CreatedTimestamp) },
          { label: "Updated", value: time(store.UpdatedTimestamp) },
        ]}
      />
    </Container>
  );
}

function useStore(id: string) {
  const { cloudtrail } = useSession();
  return useLoad(
    async (abortSignal) => {
      const store = await cloudtrail.send(new GetEventDataStoreCommand({ EventDataStore: id }), { abortSignal });
      const arn = store.EventDataStoreArn ?? "";
      const tags = await cloudtrail.send(new ListTagsCommand({ ResourceIdList: [arn] }), { abortSignal });
      return { store, tags: tags.ResourceTagList?.[0]?.TagsList ?? [] };
    },
    [cloudtrail, id],
  );
}

function Actions({ store, onDialog, onAct }: { store: Store; onDialog: (dialog: Dialog) => void; onAct: (id: keyof typeof ACTS) => void }) {
  const navigate = useNavigate();
  const isLeaving = store.Status === "PENDING_DELETION";
  const isEvents = isOfEvents(store);
  return (
    <SpaceBetween size="xs" direction="horizontal">
      <Button disabled={isLeaving} onClick={() => navigate(`/lake/query?store=${idOf(store.EventDataStoreArn)}`)}>
        Query
      </Button>
      <ButtonDropdown
        items={[
          { id: "start", text: "Start ingestion", disabled: store.Status !== "STOPPED_INGESTION" },
          { id: "stop", text: "Stop ingestion", disabled: store.Status !== "ENABLED" || !isEvents },
          { id: "copy", text: "Copy trail events", disabled: isLeaving || !isEvents },
          { id: "restore", text: "Restore", disabled: !isLeaving },
          { id: "delete", text: "Delete", disabled: isLeaving },
        ]}
        onItemClick={({ detail }) =>
          detail.id === "copy" || detail.id === "delete" ? onDialog(detail.id) : onAct(detail.id as keyof typeof ACTS)
        }
      >
        Actions
      </ButtonDropdown>
    </SpaceBetween>
  );
}

interface DialogProperties {
  dialog: Dialog;
  store: Store;
  tags: Tag[];
  onDone: (header: string) => void;
  onDismiss: () => void;
}

function Dialogs({ dialog, store, tags, onDone, onDismiss }: DialogProperties) {
  const { cloudtrail } = useSession();
  const EventDataStore = store.EventDataStoreArn ?? "";
  const properties = { store, onDismiss };
  if (dialog === "edit") return <EditStore {...properties} onDone={() => onDone("Event data store updated")} />;
  if (dialog === "events") return <EditStoreEvents {...properties} onDone={() => onDone("Events updated")} />;
  if (dialog === "tags") return <EditStoreTags {...properties} tags={tags} onDone={() => onDone("Tags updated")} />;
  if (dialog === "copy")
    return <CopyTrailEvents storeArn={EventDataStore} onDone={() => onDone("Import started")} onDismiss={onDismiss} />;
  if (dialog !== "delete") return null;
  return (
    <ConfirmModal
      header="Delete event data store"
      word="delete"
      action="Delete"
      run={() => cloudtrail.send(new DeleteEventDataStoreCommand({ EventDataStore }))}
      onDone={() => onDone(`Event data store ${store.Name} is pending deletion`)}
      onDismiss={onDismiss}
    >
      {store.Name} stops taking events and cannot be queried. It can be restored for seven days; then its events are gone.
    </ConfirmModal>
  );
}

interface PanelProperties {
  store: Store;
  tags: Tag[];
  turn: number;
  onDialog: (dialog: Dialog) => void;
}

function Panels({ store, tags, turn, onDialog }: PanelProperties) {
  const edit = (name: Dialog, what: string) => (
    <Button ariaLabel={`Edit ${what}`} onClick={() => onDialog(name)}>
      Edit
    </Button>
  );
  const title = isOfEvents(store) ? "CloudTrail events" : CATEGORY_LABELS[categoriesOf(store)[0] ?? ""];
  return (
    <SpaceBetween size="l">
      <Details store={store} onEdit={() => onDialog("edit")} />
      <Container
        header={
          <Header variant="h2" actions={isOfEvents(store) && edit("events", "events")}>
            {title}
          </Header>
        }
      >
        <StoreSelectorsSummary selectors={store.AdvancedEventSelectors ?? []} />
      </Container>
      {categoriesOf(store).includes("Management") && <StoreInsights store={store} />}
      {isOfEvents(store) && (
        <StoreImports storeArn={store.EventDataStoreArn ?? ""} turn={turn} onCopy={() => onDialog("copy")} />
      )}
      <Container
        header={
          <Header variant="h2" counter={`(${tags.length})`} actions={edit("tags", "tags")}>
            Tags
          </Header>
        }
      >
        {tags.length === 0 ? (
          "No tags."
        ) : (
          <KeyValuePairs columns={3} items={tags.map((tag) => ({ label: tag.Key ?? "", value: tag.Value || "-" }))} />
        )}
      </Container>
    </SpaceBetween>
  );
}

export default function LakeStorePage() {
  const [address] = useSearchParams();
  const id = address.get("id") ?? "";
  const { cloudtrail } = useSession();
  const flash = useFlash();
  const [dialog, setDialog] = useState<Dialog>(null);
  const [turn, setTurn] = useState(0);
  const found = useStore(id);
  const { store, tags = [] } = found.value ?? {};
  const done = (header: string) => {
    setDialog(null);
    flash({ type: "success", header });
    found.reload();
    setTurn((old) => old + 1);
  };
  const act = (name: keyof typeof ACTS) => {
    const { command: Command, text } = ACTS[name];
    cloudtrail
      .send(new Command({ EventDataStore: id }))
      .then(() => done(text))
      .catch((error: unknown) => {
        const problem = problemOf(error);
        flash({ type: "error", header: problem.name, content: problem.message });
      });
  };
  const actions = store && <Actions store={store} onDialog={setDialog} onAct={act} />;
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={actions}>
          {store?.Name ?? "Event data store"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ProblemAlert error={found.error} retry={found.reload} header="The event data store could not be loaded" />
        {found.isLoading && !store && <Spinner size="large" />}
        {store?.Status === "PENDING_DELETION" && (
          <Alert type="warning" header="Pending deletion" action={<Button onClick={() => act("restore")}>Restore</Button>}>
            It can be restored for seven days after it was deleted; then its events are gone.
          </Alert>
        )}
        {store && <Panels store={store} tags={tags} turn={turn} onDialog={setDialog} />}
        {store && dialog && (
          <Dialogs dialog={dialog} store={store} tags={tags} onDone={done} onDismiss={() => setDialog(null)} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
