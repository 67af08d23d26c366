// SPDX-License-Identifier: Apache-2.0
// The form for what a trail logs: a step of "Create trail", and "Edit" of a trail's page.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { AdvancedData, ManagementBoxes, Network, type SelectorFields, withData, withNetwork } from "./selector-fields";
import { BasicList } from "./selector-lists";
import { type InsightDraft, NEW_BASIC, NEW_DATA } from "./selectors";

interface Properties extends SelectorFields {
  insights: InsightDraft;
  onInsights: (insights: InsightDraft) => void;
}

function EventTypes({ draft, insights, onDraft, onInsights }: Properties) {
  const hasInsights = insights.callRate || insights.errorRate;
  const turnInsights = (isOn: boolean) => onInsights({ ...insights, callRate: isOn, errorRate: isOn });
  return (
    <Container
      header={
        <Header variant="h2" description="What is recorded in the log files of the trail.">
          Events
        </Header>
      }
    >
      <FormField label="Event type" description="Choose the types of events that you want to log.">
        <SpaceBetween size="xs">
          <Checkbox
            checked={draft.hasManagement}
            onChange={({ detail }) => onDraft({ ...draft, hasManagement: detail.checked })}
            description="Operations on your resources: made, changed, deleted, listed."
          >
            Management events
          </Checkbox>
          <Checkbox
            checked={draft.hasData}
            onChange={({ detail }) => onDraft(withData(draft, detail.checked))}
            description="Operations on or within a resource, such as reads and writes of S3 objects."
          >
            Data events
          </Checkbox>
          <Checkbox
            checked={hasInsights}
            onChange={({ detail }) => turnInsights(detail.checked)}
            description="Unusual activity, unusual errors: what differs from the usual rate."
          >
            Insights events
          </Checkbox>
          <Checkbox
            checked={draft.hasNetwork}
            onChange={({ detail }) => onDraft(withNetwork(draft, detail.checked))}
            description="Calls that were made through VPC endpoints."
          >
            Network activity events
          </Checkbox>
        </SpaceBetween>
      </FormField>
    </Container>
  );
}

function Management({ draft, onDraft }: Properties) {
  return (
    <Container header={<Header variant="h2">Management events</Header>}>
      <FormField label="API activity" description="Choose the activities that you want to log.">
        <ManagementBoxes draft={draft} onDraft={onDraft} />
      </FormField>
    </Container>
  );
}

function Data({ draft, faults, onDraft }: Properties) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            draft.isAdvanced
              ? "Advanced event selectors choose by any field of an event."
              : "Basic event selectors choose whole services or single resources."
          }
          actions={
            <SegmentedControl
              label="Kind of data event selectors"
              selectedId={draft.isAdvanced ? "advanced" : "basic"}
              options={[
                { id: "advanced", text: "Advanced" },
                { id: "basic", text: "Basic" },
              ]}
              onChange={({ detail }) =>
                onDraft({
                  ...draft,
                  isAdvanced: detail.selectedId === "advanced",
                  basic: draft.basic.length > 0 ? draft.basic : [NEW_BASIC],
                  advanced: draft.advanced.length > 0 ? draft.advanced : [NEW_DATA],
                })
              }
            />
          }
        >
          Data events
        </Header>
      }
    >
      {draft.isAdvanced ? (
        <AdvancedData draft={draft} faults={faults} onDraft={onDraft} />
      ) : (
        <BasicList
          drafts={draft.basic}
          faults={faults.basic}
          onChange={(basic) => onDraft({ ...draft, basic })}
        />
      )}
    </Container>
  );
}

function Insights({ insights, onInsights }: Properties) {
  const box = (key: keyof InsightDraft, label: string, description: string) => (
    <Checkbox
      checked={insights[key]}
      onChange={({ detail }) => onInsights({ ...insights, [key]: detail.checked })}
      description={description}
    >
      {label}
    </Checkbox>
  );
  return (
    <Container header={<Header variant="h2">Insights events</Header>}>
      <SpaceBetween size="l">
        <FormField label="Insights types">
          <SpaceBetween size="xs">
            {box("callRate", "API call rate", "Calls a minute, against their usual rate.")}
            {box("errorRate", "API error rate", "Calls a minute that fail, against their usual rate.")}
          </SpaceBetween>
        </FormField>
        <FormField label="Events that are looked at">
          <SpaceBetween size="xs">
            {box("onManagement", "Management events", "The trail must log management events.")}
            {box("onData", "Data events", "The trail must log data events.")}
          </SpaceBetween>
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

export function SelectorEditor(properties: Properties) {
  const { draft, insights, faults } = properties;
  return (
    <SpaceBetween size="l">
      {faults.general && <Alert type="error">{faults.general}</Alert>}
      <EventTypes {...properties} />
      {draft.hasManagement && <Management {...properties} />}
      {draft.hasData && <Data {...properties} />}
      {(insights.callRate || insights.errorRate) && <Insights {...properties} />}
      {draft.hasNetwork && <Network {...properties} />}
      {draft.others.length > 0 && (
        <Alert type="info" header="Kept as they are">
          This trail has {draft.others.length} further selectors that this form has no fields for. They stay.
        </Alert>
      )}
    </SpaceBetween>
  );
}
