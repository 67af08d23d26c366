// SPDX-License-Identifier: Apache-2.0
// Event data stores of this account and region.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { count, time } from "../format";
import { useLoad } from "../load";
import { categoriesOf, CATEGORY_LABELS, idOf, listStores } from "../parts/lake";
import { PageLink } from "../parts/page-link";
import { StoreStatus } from "../parts/store-status";
import { useSession } from "../session";

function FirstStore({ onCreate }: { onCreate: () => void }) {
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">No event data stores</Box>
        <Box>An event data store keeps events for up to ten years and answers SQL over them.</Box>
        <Button onClick={onCreate}>Create event data store</Button>
      </SpaceBetween>
    </Box>
  );
}

export default function LakeStoresPage() {
  const navigate = useNavigate();
  const { cloudtrail } = useSession();
  const [text, setText] = useState("");
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  const all = stores.value ?? [];
  const items = all.filter((store) => `${store.Name} ${store.EventDataStoreArn}`.toLowerCase().includes(text.toLowerCase()));
  const create = () => navigate("/lake/stores/create");
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={stores.error} retry={stores.reload} header="Event data stores could not be loaded" />
      <Table
        variant="full-page"
        items={items}
        trackBy="EventDataStoreArn"
        loading={stores.isLoading && !stores.value}
        loadingText="Loading event data stores"
        ariaLabels={{ tableLabel: "Event data stores" }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={stores.value && `(${all.length})`}
            description="Where events are kept for years and asked in SQL."
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button iconName="refresh" ariaLabel="Refresh" onClick={stores.reload} />
                <Button onClick={() => navigate("/lake/query")}>Query</Button>
                <Button variant="primary" onClick={create}>
                  Create event data store
                </Button>
              </SpaceBetween>
            }
          >
            Event data stores
          </Header>
        }
        filter={
          all.length > 0 && (
            <Input
              type="search"
              value={text}
              placeholder="Find event data stores"
              ariaLabel="Find event data stores"
              clearAriaLabel="Clear"
              onChange={({ detail }) => setText(detail.value)}
            />
          )
        }
        empty={all.length > 0 ? <Box textAlign="center">No matches.</Box> : <FirstStore onCreate={create} />}
        columnDefinitions={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: (store) => (
              <PageLink to={`/lake/stores/detail?id=${idOf(store.EventDataStoreArn)}`}>{store.Name}</PageLink>
            ),
          },
          { id: "status", header: "Status", cell: (store) => <StoreStatus status={store.Status} /> },
          {
            id: "events",
            header: "Event types",
            cell: (store) => categoriesOf(store).map((name) => CATEGORY_LABELS[name] ?? name).join(", ") || "-",
          },
          { id: "retention", header: "Retention", cell: (store) => `${count(store.RetentionPeriod)} days` },
          { id: "regions", header: "All regions", cell: (store) => (store.MultiRegionEnabled ? "Yes" : "No") },
          {
            id: "protection",
            header: "Termination protection",
            cell: (store) => (store.TerminationProtectionEnabled ? "Enabled" : "Disabled"),
          },
          { id: "created", header: "Created", cell: (store) => time(store.CreatedTimestamp) },
        ]}
      />
    </SpaceBetween>
  );
}
