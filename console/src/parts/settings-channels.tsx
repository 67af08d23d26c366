// SPDX-License-Identifier: Apache-2.0
// Channels: where PutAuditEvents puts events of other sources, and the stores that they go to.
import {
  type CloudTrailClient,
  CreateChannelCommand,
  DeleteChannelCommand,
  GetChannelCommand,
  type GetChannelResponse,
  ListChannelsCommand,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { ConfirmModal } from "./confirm-modal";
import { FormModal } from "./form-modal";
import { categoriesOf, idOf, listStores } from "./lake";
import { PageLink } from "./page-link";
import { allPages } from "./paging";

async function listChannels(cloudtrail: CloudTrailClient, abortSignal: AbortSignal): Promise<GetChannelResponse[]> {
  const channels = await allPages(async (NextToken) => {
    const page = await cloudtrail.send(new ListChannelsCommand({ NextToken }), { abortSignal });
    return { items: page.Channels, nextToken: page.NextToken };
  });
  return Promise.all(
    channels.map(({ ChannelArn }) => cloudtrail.send(new GetChannelCommand({ Channel: ChannelArn }), { abortSignal })),
  );
}

function CreateChannel({ onDone, onDismiss }: { onDone: () => void; onDismiss: () => void }) {
  const { cloudtrail } = useSession();
  const [name, setName] = useState("");
  const [source, setSource] = useState("Custom");
  const [chosen, setChosen] = useState<readonly { value?: string; label?: string }[]>([]);
  const [isChecked, setIsChecked] = useState(false);
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  const options = (stores.value ?? [])
    .filter((store) => categoriesOf(store)[0] === "ActivityAuditLog" && store.Status !== "PENDING_DELETION")
    .map((store) => ({ value: store.EventDataStoreArn, label: store.Name, description: store.EventDataStoreArn }));
  const faults = {
    name: /^[a-zA-Z0-9._/-]{3,128}$/.test(name)
      ? undefined
      : "A name has 3 to 128 letters, digits, periods, slashes, underscores and hyphens.",
    source: source.trim() ? undefined : "Name the source.",
    stores: chosen.length > 0 ? undefined : "Choose at least one event data store.",
  };
  const shown: Partial<typeof faults> = isChecked ? faults : {};
  const send = () => {
    setIsChecked(true);
    if (faults.name || faults.source || faults.stores) return undefined;
    return cloudtrail.send(
      new CreateChannelCommand({
        Name: name,
        Source: source.trim(),
        Destinations: chosen.map((option) => ({ Type: "EVENT_DATA_STORE", Location: option.value })),
      }),
    );
  };
  return (
    <FormModal header="Create channel" action="Create channel" send={send} onDone={onDone} onDismiss={onDismiss}>
      <FormField label="Channel name" errorText={shown.name}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Source" description="Custom, or the name of a partner." errorText={shown.source}>
        <Input value={source} onChange={({ detail }) => setSource(detail.value)} />
      </FormField>
      <FormField
        label="Event data stores"
        description="Stores for events from integrations."
        errorText={shown.stores}
      >
        <Multiselect
          selectedOptions={chosen}
          options={options}
          placeholder="Choose event data stores"
          empty="No event data store for events from integrations yet: create one first."
          statusType={stores.isLoading && !stores.value ? "loading" : "finished"}
          onChange={({ detail }) => setChosen(detail.selectedOptions)}
        />
      </FormField>
    </FormModal>
  );
}

function Destinations({ channel }: { channel: GetChannelResponse }) {
  return (
    <>
      {(channel.Destinations ?? []).map(({ Type, Location }) => (
        <div key={Location}>
          {Type === "EVENT_DATA_STORE" ? (
            <PageLink to={`/lake/stores/detail?id=${idOf(Location)}`}>{idOf(Location)}</PageLink>
          ) : (
            Location
          )}
        </div>
      ))}
    </>
  );
}

export function ChannelsTab() {
  const { cloudtrail } = useSession();
  const flash = useFlash();
  const channels = useLoad((signal) => listChannels(cloudtrail, signal), [cloudtrail]);
  const [isCreating, setIsCreating] = useState(false);
  const [leaving, setLeaving] = useState<GetChannelResponse | null>(null);
  const done = (header: string) => {
    setIsCreating(false);
    setLeaving(null);
    flash({ type: "success", header });
    channels.reload();
  };
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={channels.error} retry={channels.reload} header="Channels could not be loaded" />
      <Table
        items={channels.value ?? []}
        trackBy="ChannelArn"
        loading={channels.isLoading && !channels.value}
        loadingText="Loading channels"
        wrapLines
        ariaLabels={{ tableLabel: "Channels" }}
        header={
          <Header
            counter={channels.value && `(${channels.value.length})`}
            description="PutAuditEvents names a channel by its ARN."
            actions={
              <Button variant="primary" onClick={() => setIsCreating(true)}>
                Create channel
              </Button>
            }
          >
            Channels
          </Header>
        }
        empty={<Box textAlign="center">No channels. A channel takes events of your own programs into the Lake.</Box>}
        columnDefinitions={[
          { id: "name", header: "Channel name", isRowHeader: true, cell: (channel) => channel.Name ?? "-" },
          { id: "arn", header: "Channel ARN", minWidth: 220, cell: (channel) => channel.ChannelArn ?? "-" },
          { id: "source", header: "Source", cell: (channel) => channel.Source ?? "-" },
          { id: "to", header: "Event data stores", minWidth: 200, cell: (channel) => <Destinations channel={channel} /> },
          {
            id: "success",
            header: "Last event taken",
            cell: (channel) => time(channel.IngestionStatus?.LatestIngestionSuccessTime),
          },
          {
            id: "error",
            header: "Last error",
            cell: (channel) => channel.IngestionStatus?.LatestIngestionErrorCode ?? "-",
          },
          {
            id: "actions",
            header: "Actions",
            minWidth: 120,
            cell: (channel) => (
              <Button wrapText={false} ariaLabel={`Delete ${channel.Name}`} onClick={() => setLeaving(channel)}>
                Delete
              </Button>
            ),
          },
        ]}
      />
      {isCreating && <CreateChannel onDone={() => done("Channel created")} onDismiss={() => setIsCreating(false)} />}
      {leaving && (
        <ConfirmModal
          header="Delete channel"
          word="delete"
          action="Delete"
          run={() => cloudtrail.send(new DeleteChannelCommand({ Channel: leaving.ChannelArn }))}
          onDone={() => done(`Channel ${leaving.Name} deleted`)}
          onDismiss={() => setLeaving(null)}
        >
          PutAuditEvents with the channel {leaving.Name} fails from now on. Events that it brought stay.
        </ConfirmModal>
      )}
    </SpaceBetween>
  );
}
