// SPDX-License-Identifier: Apache-2.0
// The form for a trail's attributes: a step of "Create trail", and "Edit" of a trail's page.
import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useLoad } from "../load";
import { useSession } from "../session";
import { listBuckets } from "./storage";
import type { TrailDraft, TrailFaults, TrailField } from "./trail-form";

interface Properties {
  draft: TrailDraft;
  faults: TrailFaults;
  /** The trail is there already: its name stays. */
  isExisting: boolean;
  onChange: (draft: TrailDraft) => void;
}

type TextField = Exclude<TrailField, "tags">;

function TextInput({
  field,
  label,
  hint,
  example,
  isDisabled,
  properties: { draft, faults, onChange },
}: {
  field: TextField;
  label: string;
  hint?: string;
  example?: string;
  isDisabled?: boolean;
  properties: Properties;
}) {
  return (
    <FormField label={label} constraintText={hint} errorText={faults[field]}>
      <Input
        value={draft[field]}
        placeholder={example}
        disabled={isDisabled}
        onChange={({ detail }) => onChange({ ...draft, [field]: detail.value })}
      />
    </FormField>
  );
}

function ExistingBucket({ draft, faults, onChange }: Properties) {
  const session = useSession();
  const buckets = useLoad((signal) => listBuckets(session, signal), [session]);
  return (
    <FormField
      label="Trail log bucket name"
      description="A bucket that Cairn keeps, or one that its configuration names."
      errorText={faults.bucket}
    >
      <Autosuggest
        value={draft.bucket}
        options={(buckets.value ?? []).map((value) => ({ value }))}
        statusType={buckets.isLoading ? "loading" : "finished"}
        loadingText="Loading buckets"
        empty="No buckets"
        placeholder="Enter a bucket name"
        enteredTextLabel={(value) => `Use "${value}"`}
        onChange={({ detail }) => onChange({ ...draft, bucket: detail.value })}
      />
    </FormField>
  );
}

function Storage(properties: Properties) {
  const { draft, isExisting, onChange } = properties;
  const choose = (isNewBucket: boolean) => onChange({ ...draft, isNewBucket, bucket: isNewBucket ? draft.bucket : "" });
  return (
    <SpaceBetween size="l">
      {!isExisting && (
        <FormField label="Storage location">
          <RadioGroup
            value={draft.isNewBucket ? "new" : "existing"}
            onChange={({ detail }) => choose(detail.value === "new")}
            items={[
              { value: "new", label: "Create new S3 bucket", description: "Made here, for the logs of this trail." },
              { value: "existing", label: "Use existing S3 bucket" },
            ]}
          />
        </FormField>
      )}
      {draft.isNewBucket ? (
        <TextInput field="bucket" label="Trail log bucket and folder" properties={properties} />
      ) : (
        <ExistingBucket {...properties} />
      )}
      <TextInput
        field="prefix"
        label="Log file prefix - optional"
        hint={`Logs are stored in ${[draft.bucket || "BUCKET", draft.prefix].filter(Boolean).join("/")}/AWSLogs/...`}
        properties={properties}
      />
    </SpaceBetween>
  );
}

function Switch({
  field,
  label,
  description,
  properties: { draft, onChange },
}: {
  field: "isEncrypted" | "isValidated" | "isNotified" | "hasLogGroup" | "isMultiRegion";
  label: string;
  description?: string;
  properties: Properties;
}) {
  return (
    <Checkbox
      checked={draft[field]}
      description={description}
      onChange={({ detail }) => onChange({ ...draft, [field]: detail.checked })}
    >
      {label}
    </Checkbox>
  );
}

function General(properties: Properties) {
  const { draft, isExisting } = properties;
  return (
    <Container
      header={
        <Header variant="h2" description="A trail delivers the events of this account to an S3 bucket.">
          General details
        </Header>
      }
    >
      <SpaceBetween size="l">
        <TextInput
          field="name"
          label="Trail name"
          hint="3 to 128 characters: letters, numbers, periods, underscores and dashes."
          example="management-events"
          isDisabled={isExisting}
          properties={properties}
        />
        <Switch
          field="isMultiRegion"
          label="Multi-region trail"
          description="Events of every region, and of the services that have none."
          properties={properties}
        />
        <Storage {...properties} />
        <FormField label="Log file SSE-KMS encryption">
          <Switch field="isEncrypted" label="Enabled" properties={properties} />
        </FormField>
        {draft.isEncrypted && (
          <>
            <Alert type="info">
              Cairn encrypts nothing with AWS KMS itself, and answers as AWS does for a key that cannot be used.
            </Alert>
            <TextInput field="kmsKey" label="AWS KMS key" example="alias/name" properties={properties} />
          </>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Additional(properties: Properties) {
  const { draft } = properties;
  return (
    <Container header={<Header variant="h2">Additional settings</Header>}>
      <SpaceBetween size="l">
        <FormField label="Log file validation">
          <Switch
            field="isValidated"
            label="Enabled"
            description="Signed digest files tell whether a log file was changed or deleted after it was delivered."
            properties={properties}
          />
        </FormField>
        <FormField label="SNS notification delivery">
          <Switch field="isNotified" label="Enabled" properties={properties} />
        </FormField>
        {draft.isNotified && <TextInput field="topic" label="SNS topic" properties={properties} />}
        <FormField label="CloudWatch Logs">
          <Switch field="hasLogGroup" label="Enabled" properties={properties} />
        </FormField>
        {draft.hasLogGroup && (
          <>
            <TextInput
              field="logGroup"
              label="Log group ARN"
              example="arn:aws:logs:us-east-1:123456789012:log-group:name:*"
              properties={properties}
            />
            <TextInput
              field="logRole"
              label="IAM role ARN"
              example="arn:aws:iam::123456789012:role/name"
              properties={properties}
            />
          </>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** Tags as a list of keys and values. */
export function Tags({ tags, fault, onChange }: { tags: TrailDraft["tags"]; fault?: string; onChange: (tags: TrailDraft["tags"]) => void }) {
  const change = (at: number, part: object) => onChange(tags.map((tag, i) => (i === at ? { ...tag, ...part } : tag)));
  return (
    <FormField errorText={fault} stretch>
      <AttributeEditor
        items={tags}
        addButtonText="Add new tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={(tag) => `Remove tag ${tag.Key ?? ""}`}
        empty="No tags."
        isItemRemovable={() => true}
        disableAddButton={tags.length >= 50}
        onAddButtonClick={() => onChange([...tags, { Key: "", Value: "" }])}
        onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, i) => i !== detail.itemIndex))}
        definition={[
          {
            label: "Key",
            control: (tag, i) => (
              <Input value={tag.Key ?? ""} onChange={({ detail }) => change(i, { Key: detail.value })} />
            ),
          },
          {
            label: "Value - optional",
            control: (tag, i) => (
              <Input value={tag.Value ?? ""} onChange={({ detail }) => change(i, { Value: detail.value })} />
            ),
          },
        ]}
      />
    </FormField>
  );
}

export function TrailAttributes(properties: Properties) {
  const { draft, faults, isExisting, onChange } = properties;
  return (
    <SpaceBetween size="l">
      <General {...properties} />
      <Additional {...properties} />
      {!isExisting && (
        <Container header={<Header variant="h2">Tags</Header>}>
          <Tags tags={draft.tags} fault={faults.tags} onChange={(tags) => onChange({ ...draft, tags })} />
        </Container>
      )}
    </SpaceBetween>
  );
}
