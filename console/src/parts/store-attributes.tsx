// SPDX-License-Identifier: Apache-2.0
// The attributes of an event data store in forms: its name, how long it keeps events, and how it is guarded.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { EXTENDABLE, FIXED, type Pricing, RETENTION, RETENTION_MIN, type StoreDraft, type StoreFaults } from "./store-form";

interface Properties {
  draft: StoreDraft;
  faults: Partial<StoreFaults>;
  /** Set where the store is there already: pricing with a fixed retention cannot be chosen then. */
  isExisting?: boolean;
  onChange: (draft: StoreDraft) => void;
}

function PricingField({ draft, isExisting, onChange }: Properties) {
  const change = (pricing: Pricing) => onChange({ ...draft, pricing, days: String(RETENTION[pricing].standard) });
  return (
    <FormField
      label="Pricing option"
      description="Cairn takes no money. The option says how long events can be kept, as in AWS."
    >
      <RadioGroup
        value={draft.pricing}
        onChange={({ detail }) => change(detail.value as Pricing)}
        items={[
          {
            value: EXTENDABLE,
            label: "One-year extendable retention pricing",
            description: "366 days at first, extendable to 3,653 days (10 years).",
          },
          {
            value: FIXED,
            label: "Seven-year retention pricing",
            description: "2,557 days, and not more.",
            disabled: isExisting && draft.pricing !== FIXED,
          },
        ]}
      />
    </FormField>
  );
}

export function StoreAttributes(properties: Properties) {
  const { draft, faults, onChange } = properties;
  return (
    <SpaceBetween size="l">
      <FormField
        label="Event data store name"
        constraintText="3 to 128 letters, digits, periods, underscores and hyphens."
        errorText={faults.name}
      >
        <Input value={draft.name} onChange={({ detail }) => onChange({ ...draft, name: detail.value })} />
      </FormField>
      <PricingField {...properties} />
      <FormField
        label="Retention period"
        description="Events are kept for so many days after they happened."
        constraintText={`${RETENTION_MIN} to ${RETENTION[draft.pricing].max.toLocaleString("en-US")} days.`}
        errorText={faults.days}
      >
        <Input
          type="number"
          inputMode="numeric"
          value={draft.days}
          onChange={({ detail }) => onChange({ ...draft, days: detail.value })}
        />
      </FormField>
      <Checkbox
        checked={draft.isMultiRegion}
        onChange={({ detail }) => onChange({ ...draft, isMultiRegion: detail.checked })}
        description="Otherwise events of the current region only."
      >
        Include events of all regions
      </Checkbox>
      <Checkbox
        checked={draft.isProtected}
        onChange={({ detail }) => onChange({ ...draft, isProtected: detail.checked })}
        description="The event data store cannot be deleted until this is turned off."
      >
        Termination protection
      </Checkbox>
    </SpaceBetween>
  );
}

export function StoreEncryption({ draft, onChange }: Properties) {
  return (
    <Container header={<Header variant="h2">Encryption</Header>}>
      <FormField
        label={
          <span>
            AWS KMS key - <i>optional</i>
          </span>
        }
        description="An alias, ID or ARN. A Cairn without a KMS behind it refuses keys."
      >
        <Input value={draft.kmsKey} onChange={({ detail }) => onChange({ ...draft, kmsKey: detail.value })} />
      </FormField>
    </Container>
  );
}

export function StoreTags({ draft, faults, onChange }: Properties) {
  const { tags } = draft;
  const change = (at: number, member: "Key" | "Value", text: string) =>
    onChange({ ...draft, tags: tags.map((tag, i) => (i === at ? { ...tag, [member]: text } : tag)) });
  return (
    <Container header={<Header variant="h2">Tags</Header>}>
      <FormField errorText={faults.tags} stretch>
        <AttributeEditor
          items={tags}
          addButtonText="Add tag"
          removeButtonText="Remove"
          empty="No tags."
          onAddButtonClick={() => onChange({ ...draft, tags: [...tags, { Key: "", Value: "" }] })}
          onRemoveButtonClick={({ detail }) =>
            onChange({ ...draft, tags: tags.filter((_, i) => i !== detail.itemIndex) })
          }
          definition={[
            {
              label: "Key",
              control: (tag, i) => (
                <Input value={tag.Key ?? ""} onChange={({ detail }) => change(i, "Key", detail.value)} />
              ),
            },
            {
              label: "Value",
              control: (tag, i) => (
                <Input value={tag.Value ?? ""} onChange={({ detail }) => change(i, "Value", detail.value)} />
              ),
            },
          ]}
        />
      </FormField>
    </Container>
  );
}
