// SPDX-License-Identifier: Apache-2.0
// The lists of data and network activity event selectors in the form for what a trail logs.
import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import {
  type AdvancedDraft,
  BASIC_TYPES,
  type BasicDraft,
  type ConditionDraft,
  FIELD_RULES,
  NEW_BASIC,
  OPERATORS,
} from "./selectors";

const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
const replaced = <Item,>(list: Item[], at: number, item: Item) => list.map((old, i) => (i === at ? item : old));
const without = <Item,>(list: Item[], at: number) => list.filter((_, i) => i !== at);
const valuesOf = (text: string) =>
  text
    .split(",")
    .map((value) => value.trim())
    .filter(Boolean);

const OPERATOR_LABELS: Record<string, string> = {
  Equals: "equals",
  NotEquals: "does not equal",
  StartsWith: "starts with",
  NotStartsWith: "does not start with",
  EndsWith: "ends with",
  NotEndsWith: "does not end with",
};

function Entry({
  title,
  fault,
  onRemove,
  children,
}: {
  title: string;
  fault?: string;
  onRemove: () => void;
  children: ReactNode;
}) {
  return (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        actions={
          <Button onClick={onRemove} ariaLabel={`Remove ${title}`}>
            Remove
          </Button>
        }
      >
        {title}
      </Header>
      {fault && <Alert type="error">{fault}</Alert>}
      {children}
    </SpaceBetween>
  );
}

interface BasicProperties {
  drafts: BasicDraft[];
  faults: Record<number, string>;
  onChange: (drafts: BasicDraft[]) => void;
}

function BasicEntry({ draft, onChange }: { draft: BasicDraft; onChange: (draft: BasicDraft) => void }) {
  const types = Object.entries(BASIC_TYPES).map(([value, { label }]) => ({ value, label }));
  const example = BASIC_TYPES[draft.type]?.example;
  return (
    <SpaceBetween size="s">
      <FormField label="Data event source">
        <Select
          selectedOption={types.find((type) => type.value === draft.type) ?? null}
          options={types}
          onChange={({ detail }) => onChange({ ...draft, type: detail.selectedOption.value ?? "", arns: [] })}
        />
      </FormField>
      <FormField
        stretch
        label="Resources"
        description="ARNs with commas between them. Empty: all current and future ones."
        constraintText={example && `Such as ${example}`}
      >
        <ListInput values={draft.arns} placeholder="All" onChange={(arns) => onChange({ ...draft, arns })} />
      </FormField>
      <SpaceBetween size="m" direction="horizontal">
        <Checkbox checked={draft.read} onChange={({ detail }) => onChange({ ...draft, read: detail.checked })}>
          Read
        </Checkbox>
        <Checkbox checked={draft.write} onChange={({ detail }) => onChange({ ...draft, write: detail.checked })}>
          Write
        </Checkbox>
      </SpaceBetween>
    </SpaceBetween>
  );
}

export function BasicList({ drafts, faults, onChange }: BasicProperties) {
  return (
    <SpaceBetween size="l">
      {drafts.map((draft, i) => (
        <Entry
          key={i}
          title={`Data event: ${i + 1}`}
          fault={faults[i]}
          onRemove={() => onChange(without(drafts, i))}
        >
          <BasicEntry draft={draft} onChange={(next) => onChange(replaced(drafts, i, next))} />
        </Entry>
      ))}
      <Button onClick={() => onChange([...drafts, NEW_BASIC])}>Add data event type</Button>
    </SpaceBetween>
  );
}

/** Values with commas between them, kept as typed until they are left. */
function ListInput({
  values,
  placeholder,
  label,
  onChange,
}: {
  values: string[];
  placeholder?: string;
  label?: string;
  onChange: (values: string[]) => void;
}) {
  const shown = values.join(",");
  return (
    <Input
      value={shown}
      placeholder={placeholder}
      ariaLabel={label}
      onChange={({ detail }) => onChange(detail.value === "" ? [] : detail.value.split(","))}
      onBlur={() => onChange(valuesOf(shown))}
    />
  );
}

interface AdvancedProperties {
  what: string;
  subject: { label: string; options: string[] };
  fields: string[];
  empty: AdvancedDraft;
  drafts: AdvancedDraft[];
  faults: Record<number, string>;
  onChange: (drafts: AdvancedDraft[]) => void;
}

function Condition({
  fields,
  condition,
  onChange,
  onRemove,
}: {
  fields: string[];
  condition: ConditionDraft;
  onChange: (condition: ConditionDraft) => void;
  onRemove: () => void;
}) {
  const rule = FIELD_RULES[condition.field];
  const operators = (rule?.operators ?? OPERATORS).map((value) => ({ value, label: OPERATOR_LABELS[value] }));
  const changeField = (field: string) => {
    const operator = FIELD_RULES[field]?.operators[0] ?? condition.operator;
    onChange({ field, operator, values: FIELD_RULES[field] ? [] : condition.values });
  };
  return (
    <ColumnLayout columns={4}>
      <FormField label="Field">
        <Select
          selectedOption={{ value: condition.field, label: condition.field }}
          options={options(fields)}
          onChange={({ detail }) => changeField(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label="Operator">
        <Select
          selectedOption={operators.find((one) => one.value === condition.operator) ?? null}
          options={operators}
          onChange={({ detail }) =>
            onChange({ ...condition, operator: detail.selectedOption.value as ConditionDraft["operator"] })
          }
        />
      </FormField>
      <FormField label={rule?.values ? "Value" : "Values, with commas"}>
        {rule?.values ? (
          <Select
            selectedOption={condition.values[0] ? { value: condition.values[0], label: condition.values[0] } : null}
            placeholder="Choose a value"
            options={options(rule.values)}
            onChange={({ detail }) => onChange({ ...condition, values: [detail.selectedOption.value ?? ""] })}
          />
        ) : (
          <ListInput values={condition.values} onChange={(values) => onChange({ ...condition, values })} />
        )}
      </FormField>
      <FormField label={<Box variant="span">&nbsp;</Box>}>
        <Button onClick={onRemove} ariaLabel={`Remove the condition on ${condition.field}`}>
          Remove
        </Button>
      </FormField>
    </ColumnLayout>
  );
}

function AdvancedEntry({
  properties: { subject, fields },
  draft,
  onChange,
}: {
  properties: AdvancedProperties;
  draft: AdvancedDraft;
  onChange: (draft: AdvancedDraft) => void;
}) {
  const { conditions } = draft;
  const change = (next: ConditionDraft[]) => onChange({ ...draft, conditions: next });
  return (
    <SpaceBetween size="s">
      <FormField label={subject.label} description="Choose one, or type another.">
        <Autosuggest
          value={draft.subject}
          options={options(subject.options)}
          enteredTextLabel={(value) => `Use "${value}"`}
          onChange={({ detail }) => onChange({ ...draft, subject: detail.value })}
          ariaLabel={subject.label}
          clearAriaLabel="Clear"
        />
      </FormField>
      <FormField label={<span>Selector name - <i>optional</i></span>}>
        <Input value={draft.name} onChange={({ detail }) => onChange({ ...draft, name: detail.value })} />
      </FormField>
      <Box variant="awsui-key-label">
        {conditions.length === 0 ? "All events of it are logged." : "Events are logged that fit all conditions:"}
      </Box>
      {conditions.map((condition, i) => (
        <Condition
          key={i}
          fields={fields}
          condition={condition}
          onChange={(next) => change(replaced(conditions, i, next))}
          onRemove={() => change(without(conditions, i))}
        />
      ))}
      <Button
        iconName="add-plus"
        onClick={() => change([...conditions, { field: "eventName", operator: "Equals", values: [] }])}
      >
        Add condition
      </Button>
    </SpaceBetween>
  );
}

export function AdvancedList(properties: AdvancedProperties) {
  const { what, drafts, faults, empty, onChange } = properties;
  return (
    <SpaceBetween size="l">
      {drafts.map((draft, i) => (
        <Entry
          key={i}
          title={`${what}: ${draft.name || i + 1}`}
          fault={faults[i]}
          onRemove={() => onChange(without(drafts, i))}
        >
          <AdvancedEntry
            properties={properties}
            draft={draft}
            onChange={(next) => onChange(replaced(drafts, i, next))}
          />
        </Entry>
      ))}
      <Button onClick={() => onChange([...drafts, empty])}>Add {what.toLowerCase()} selector</Button>
    </SpaceBetween>
  );
}
