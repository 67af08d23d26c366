// SPDX-License-Identifier: Apache-2.0
// Insights of a store's management events: shown when asked for, as AWS answers with an error where there are none.
import { GetInsightSelectorsCommand, type GetInsightSelectorsResponse } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useFlash } from "../app";
import { ProblemAlert, problemOf } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";
import { idOf, type Store } from "./lake";
import { PageLink } from "./page-link";
import { EditStoreInsights } from "./store-edit";

function Selectors({ store }: { store: Store }) {
  const { cloudtrail } = useSession();
  const flash = useFlash();
  const [isEdited, setIsEdited] = useState(false);
  const EventDataStore = store.EventDataStoreArn;
  const found = useLoad(
    async (abortSignal): Promise<Partial<GetInsightSelectorsResponse>> => {
      try {
        return await cloudtrail.send(new GetInsightSelectorsCommand({ EventDataStore }), { abortSignal });
      } catch (error) {
        if (problemOf(error).name === "InsightNotEnabledException") return {};
        throw error;
      }
    },
    [cloudtrail, EventDataStore],
  );
  const types = (found.value?.InsightSelectors ?? []).flatMap((selector) => selector.InsightType ?? []);
  const destination = found.value?.InsightsDestination;
  const done = () => {
    setIsEdited(false);
    flash({ type: "success", header: "Insights events updated" });
    found.reload();
  };
  if (!found.value) return found.error ? <ProblemAlert error={found.error} retry={found.reload} /> : <Spinner />;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Insights types", value: types.join(", ") || "Not enabled" },
          {
            label: "Insights event data store",
            value: destination ? (
              <PageLink to={`/lake/stores/detail?id=${idOf(destination)}`}>{idOf(destination)}</PageLink>
            ) : (
              "-"
            ),
          },
        ]}
      />
      <Button onClick={() => setIsEdited(true)}>Edit Insights events</Button>
      {isEdited && (
        <EditStoreInsights
          store={store}
          types={types}
          destination={destination}
          onDone={done}
          onDismiss={() => setIsEdited(false)}
        />
      )}
    </SpaceBetween>
  );
}

export function StoreInsights({ store }: { store: Store }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <ExpandableSection
      variant="container"
      headerText="Insights events"
      expanded={isOpen}
      onChange={({ detail }) => setIsOpen(detail.expanded)}
    >
      {isOpen && <Selectors store={store} />}
    </ExpandableSection>
  );
}
