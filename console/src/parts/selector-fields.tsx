// SPDX-License-Identifier: Apache-2.0
// What the forms for trails and for event data stores have in common: the selectors of each kind of event.
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AdvancedList } from "./selector-lists";
import {
  ADVANCED_TYPES,
  DATA_FIELDS,
  NETWORK_FIELDS,
  NEW_DATA,
  NEW_NETWORK,
  type SelectorDraft,
  type SelectorFaults,
} from "./selectors";

const NETWORK_SOURCES = ["s3", "ec2", "kms", "secretsmanager", "cloudtrail", "dynamodb", "lambda", "sts"].map(
  (name) => `${name}.amazonaws.com`,
);

export interface SelectorFields {
  draft: SelectorDraft;
  faults: SelectorFaults;
  onDraft: (draft: SelectorDraft) => void;
}

/** Whoever turns a kind on has a selector to fill in. */
export function withData(draft: SelectorDraft, hasData: boolean): SelectorDraft {
  return { ...draft, hasData, advanced: draft.advanced.length > 0 ? draft.advanced : [NEW_DATA] };
}

export function withNetwork(draft: SelectorDraft, hasNetwork: boolean): SelectorDraft {
  return { ...draft, hasNetwork, network: draft.network.length > 0 ? draft.network : [NEW_NETWORK] };
}

export function ManagementBoxes({ draft, onDraft }: Omit<SelectorFields, "faults">) {
  const box = (key: "read" | "write" | "excludeKms" | "excludeRds", label: string) => (
    <Checkbox checked={draft[key]} onChange={({ detail }) => onDraft({ ...draft, [key]: detail.checked })}>
      {label}
    </Checkbox>
  );
  return (
    <SpaceBetween size="xs">
      {box("read", "Read")}
      {box("write", "Write")}
      {box("excludeKms", "Exclude AWS KMS events")}
      {box("excludeRds", "Exclude Amazon RDS Data API events")}
    </SpaceBetween>
  );
}

export function AdvancedData({ draft, faults, onDraft }: SelectorFields) {
  return (
    <AdvancedList
      what="Data event"
      subject={{ label: "Resource type", options: ADVANCED_TYPES }}
      fields={DATA_FIELDS}
      empty={NEW_DATA}
      drafts={draft.advanced}
      faults={faults.advanced}
      onChange={(advanced) => onDraft({ ...draft, advanced })}
    />
  );
}

export function Network({ draft, faults, onDraft }: SelectorFields) {
  return (
    <Container header={<Header variant="h2">Network activity events</Header>}>
      <AdvancedList
        what="Network activity event"
        subject={{ label: "Network activity event source", options: NETWORK_SOURCES }}
        fields={NETWORK_FIELDS}
        empty={NEW_NETWORK}
        drafts={draft.network}
        faults={faults.network}
        onChange={(network) => onDraft({ ...draft, network })}
      />
    </Container>
  );
}
