// SPDX-License-Identifier: Apache-2.0
// What an event data store takes, in forms.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { AdvancedData, ManagementBoxes, Network, withData, withNetwork } from "./selector-fields";
import type { SelectorDraft } from "./selectors";
import type { StoreDraft, StoreFaults, StoreKind } from "./store-form";

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
  const fields = {
    draft: draft.selectors,
    faults: faults.selectors,
    onDraft: (selectors: SelectorDraft) => onChange({ ...draft, selectors }),
  };
  const { draft: selectors, onDraft } = fields;
  return (
    <SpaceBetween size="l">
      {faults.selectors.general && <Alert type="error">{faults.selectors.general}</Alert>}
      <Container header={<Header variant="h2">CloudTrail events</Header>}>
        <SpaceBetween size="s">
          <Checkbox
            checked={selectors.hasManagement}
            onChange={({ detail }) => onDraft({ ...selectors, hasManagement: detail.checked })}
          >
            Management events
          </Checkbox>
          <Checkbox checked={selectors.hasData} onChange={({ detail }) => onDraft(withData(selectors, detail.checked))}>
            Data events
          </Checkbox>
          <Checkbox
            checked={selectors.hasNetwork}
            onChange={({ detail }) => onDraft(withNetwork(selectors, detail.checked))}
          >
            Network activity events
          </Checkbox>
        </SpaceBetween>
      </Container>
      {selectors.hasManagement && (
        <Container header={<Header variant="h2">Management events</Header>}>
          <ManagementBoxes draft={selectors} onDraft={onDraft} />
        </Container>
      )}
      {selectors.hasData && (
        <Container header={<Header variant="h2">Data events</Header>}>
          <AdvancedData {...fields} />
        </Container>
      )}
      {selectors.hasNetwork && <Network {...fields} />}
    </SpaceBetween>
  );
}
