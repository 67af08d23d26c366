// SPDX-License-Identifier: Apache-2.0
// Changes to an event data store: its attributes, what it takes, its tags, and its Insights.
import {
  AddTagsCommand,
  type InsightType,
  PutInsightSelectorsCommand,
  RemoveTagsCommand,
  type Tag,
  UpdateEventDataStoreCommand,
} from "@aws-sdk/client-cloudtrail";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useLoad } from "../load";
import { useSession } from "../session";
import { FormModal } from "./form-modal";
import { categoriesOf, listStores, type Store } from "./lake";
import { StoreAttributes, StoreTags } from "./store-attributes";
import { StoreSelectors } from "./store-events";
import {
  draftOfStore,
  hasAttributeFaults,
  hasSelectorFaults,
  NEW_STORE,
  selectorsOf,
  storeFaults,
  updateRequest,
} from "./store-form";

interface Properties {
  store: Store;
  onDone: () => void;
  onDismiss: () => void;
}

export function EditStore({ store, ...rest }: Properties) {
  const { cloudtrail } = useSession();
  const [draft, setDraft] = useState(() => draftOfStore(store));
  const faults = storeFaults(draft);
  const send = () => {
    const request = updateRequest(store, draft);
    if (hasAttributeFaults(faults)) return undefined;
    return Object.keys(request).length > 1 ? cloudtrail.send(new UpdateEventDataStoreCommand(request)) : Promise.resolve();
  };
  return (
    <FormModal header="Edit event data store" action="Save changes" size="large" send={send} {...rest}>
      <StoreAttributes draft={draft} faults={faults} isExisting onChange={setDraft} />
    </FormModal>
  );
}

export function EditStoreEvents({ store, ...rest }: Properties) {
  const { cloudtrail } = useSession();
  const [draft, setDraft] = useState(() => draftOfStore(store));
  const faults = storeFaults(draft);
  const send = () =>
    hasSelectorFaults(faults)
      ? undefined
      : cloudtrail.send(
          new UpdateEventDataStoreCommand({
            EventDataStore: store.EventDataStoreArn,
            AdvancedEventSelectors: selectorsOf(draft),
          }),
        );
  return (
    <FormModal header="Edit events" action="Save changes" size="max" send={send} {...rest}>
      <StoreSelectors draft={draft} faults={faults} onChange={setDraft} />
    </FormModal>
  );
}

export function EditStoreTags({ store, tags, ...rest }: Properties & { tags: Tag[] }) {
  const { cloudtrail } = useSession();
  const [draft, setDraft] = useState({ ...NEW_STORE, name: store.Name ?? "", tags });
  const faults = storeFaults(draft);
  const send = () => {
    if (faults.tags) return undefined;
    const ResourceId = store.EventDataStoreArn;
    const isSame = (one: Tag, other: Tag) => one.Key === other.Key && one.Value === other.Value;
    const gone = tags.filter((tag) => !draft.tags.some((other) => other.Key === tag.Key));
    const added = draft.tags.filter((tag) => !tags.some((other) => isSame(tag, other)));
    const change = async () => {
      if (gone.length > 0) await cloudtrail.send(new RemoveTagsCommand({ ResourceId, TagsList: gone }));
      if (added.length > 0) await cloudtrail.send(new AddTagsCommand({ ResourceId, TagsList: added }));
    };
    return change();
  };
  return (
    <FormModal header="Edit tags" action="Save changes" size="large" send={send} {...rest}>
      <StoreTags draft={draft} faults={faults} onChange={setDraft} />
    </FormModal>
  );
}

const TYPES: { type: InsightType; label: string }[] = [
  { type: "ApiCallRateInsight", label: "API call rate" },
  { type: "ApiErrorRateInsight", label: "API error rate" },
];

interface InsightProperties extends Properties {
  types: InsightType[];
  destination: string | undefined;
}

export function EditStoreInsights({ store, types, destination, ...rest }: InsightProperties) {
  const { cloudtrail } = useSession();
  const [chosen, setChosen] = useState(types);
  const [target, setTarget] = useState(destination);
  const [isChecked, setIsChecked] = useState(false);
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  const options = (stores.value ?? [])
    .filter((one) => categoriesOf(one)[0] === "Insight")
    .map((one) => ({ value: one.EventDataStoreArn, label: one.Name, description: one.EventDataStoreArn }));
  const send = () => {
    setIsChecked(true);
    if (chosen.length > 0 && !target) return undefined;
    return cloudtrail.send(
      new PutInsightSelectorsCommand({
        EventDataStore: store.EventDataStoreArn,
        InsightSelectors: chosen.map((InsightType) => ({ InsightType })),
        ...(target ? { InsightsDestination: target } : {}),
      }),
    );
  };
  return (
    <FormModal header="Edit Insights events" action="Save changes" send={send} {...rest}>
      <FormField label="Insights types" description="None turns Insights off.">
        {TYPES.map(({ type, label }) => (
          <Checkbox
            key={type}
            checked={chosen.includes(type)}
            onChange={({ detail }) =>
              setChosen(detail.checked ? [...chosen, type] : chosen.filter((other) => other !== type))
            }
          >
            {label}
          </Checkbox>
        ))}
      </FormField>
      <FormField
        label="Insights event data store"
        description="An event data store of the type CloudTrail Insights events."
        errorText={isChecked && chosen.length > 0 && !target ? "Choose where Insights events go." : undefined}
      >
        <Select
          selectedOption={options.find((option) => option.value === target) ?? null}
          options={options}
          placeholder="Choose an event data store"
          empty="No event data store for Insights events yet: create one first."
          statusType={stores.isLoading && !stores.value ? "loading" : "finished"}
          onChange={({ detail }) => setTarget(detail.selectedOption.value)}
        />
      </FormField>
    </FormModal>
  );
}
