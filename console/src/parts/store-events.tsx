// SPDX-License-Identifier: Apache-2.0
// What an event data store takes, in forms.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { AdvancedList } from "./selector-lists";
import { ADVANCED_TYPES, DATA_FIELDS, NETWORK_FIELDS, NEW_DATA, NEW_NETWORK, type SelectorDraft } from "./selectors";
import type { StoreDraft, StoreFaults, StoreKind } from "./store-form";

const NETWORK_SOURCES = ["s3.amazonaws.com", "ec2.amazonaws.com", "kms.amazonaws.com", "secretsmanager.amazonaws.com"];

export const KINDS: { value: StoreKind; label: string; description: string }[] = [
  { value: "events", label: "CloudTrail events", description: "Management, data and network activity events." },
  { value: "Insight", label: "CloudTrail Insights events", description: "Unusual activity, found in another store's events." },
  { value: "ActivityAuditLog", label: "Events from integrations", description: "What is put into channels by PutAuditEvents." },
];

interface Properties {
  draft: StoreDraft;
  faults: StoreFaults;
  onChange: (draft: StoreDraft) => void;
}

export function StoreKindField({ draft, onChange }: Properties) {
  return (
    <Container header={<Header variant="h2">Event type</Header>}>
      <SpaceBetween size="l">
        <FormField label="Choose what is stored" stretch>
          <Tiles
            value={draft.kind}
            items={KINDS}
            onChange={({ detail }) => onChange({ ...draft, kind: detail.value as StoreKind })}
          />
        </FormField>
        {draft.kind === "events" && (
          <Checkbox
            checked={draft.ingests}
            onChange={({ detail }) => onChange({ ...draft, ingests: detail.checked })}
            description="Turn it off for a store that only takes copies of trail events."
          >
            Ingest events
          </Checkbox>
        )}
        {draft.kind === "Insight" && (
          <Alert type="info">
            Turn Insights on in the event data store that has the management events, and name this one as the destination.
          </Alert>
        )}
        {draft.kind === "ActivityAuditLog" && (
          <Alert type="info">Make a channel in Settings that sends to this event data store.</Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function StoreSelectors({ draft, faults, onChange }: Properties) {
  if (draft.kind !== "events") return null;
  const { selectors } = draft;
  const change = (changed: Partial<SelectorDraft>) => onChange({ ...draft, selectors: { ...selectors, ...changed } });
  const box = (key: "read" | "write" | "excludeKms" | "excludeRds", label: string) => (
    <Checkbox checked={selectors[key]} onChange={({ detail }) => change({ [key]: detail.checked })}>
      {label}
    </Checkbox>
  );
  return (
    <SpaceBetween size="l">
      {faults.selectors.general && <Alert type="error">{faults.selectors.general}</Alert>}
      <Container header={<Header variant="h2">CloudTrail events</Header>}>
        <SpaceBetween size="s">
          <Checkbox
            checked={selectors.hasManagement}
            onChange={({ detail }) => change({ hasManagement: detail.checked })}
          >
            Management events
          </Checkbox>
          <Checkbox
            checked={selectors.hasData}
            onChange={({ detail }) =>
              change({ hasData: detail.checked, advanced: selectors.advanced.length ? selectors.advanced : [NEW_DATA] })
            }
          >
            Data events
          </Checkbox>
          <Checkbox
            checked={selectors.hasNetwork}
            onChange={({ detail }) =>
              change({ hasNetwork: detail.checked, network: selectors.network.length ? selectors.network : [NEW_NETWORK] })
            }
          >
            Network activity events
          </Checkbox>
        </SpaceBetween>
      </Container>
      {selectors.hasManagement && (
        <Container header={<Header variant="h2">Management events</Header>}>
          <SpaceBetween size="xs">
            {box("read", "Read")}
            {box("write", "Write")}
            {box("excludeKms", "Exclude AWS KMS events")}
            {box("excludeRds", "Exclude Amazon RDS Data API events")}
          </SpaceBetween>
        </Container>
      )}
      {selectors.hasData && (
        <Container header={<Header variant="h2">Data events</Header>}>
          <AdvancedList
            what="Data event"
            subject={{ label: "Resource type", options: ADVANCED_TYPES }}
            fields={DATA_FIELDS}
            empty={NEW_DATA}
            drafts={selectors.advanced}
            faults={faults.selectors.advanced}
            onChange={(advanced) => change({ advanced })}
          />
        </Container>
      )}
      {selectors.hasNetwork && (
        <Container header={<Header variant="h2">Network activity events</Header>}>
          <AdvancedList
            what="Network activity event"
            subject={{ label: "Network activity event source", options: NETWORK_SOURCES }}
            fields={NETWORK_FIELDS}
            empty={NEW_NETWORK}
            drafts={selectors.network}
            faults={faults.selectors.network}
            onChange={(network) => change({ network })}
          />
        </Container>
      )}
    </SpaceBetween>
  );
}
