// SPDX-License-Identifier: Apache-2.0
// What a trail logs, as its forms hold it, and as AWS's operations say it. What a form has no words for is kept
// as it is (`others`), so that editing never loses a selector.
import type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  DataResource,
  EventSelector,
  InsightSelector,
} from "@aws-sdk/client-cloudtrail";

export const OPERATORS = [
  "Equals",
  "NotEquals",
  "StartsWith",
  "NotStartsWith",
  "EndsWith",
  "NotEndsWith",
] as const;
export type Operator = (typeof OPERATORS)[number];

export const KMS = "kms.amazonaws.com";
export const RDS = "rdsdata.amazonaws.com";
const ACCESS_DENIED = "VpceAccessDenied";

/** Resource types of basic selectors, with the ARN that stands for all of them. */
export const BASIC_TYPES: Record<string, { label: string; all: string; example: string }> = {
  "AWS::S3::Object": { label: "S3", all: "arn:aws:s3", example: "arn:aws:s3:::bucket/prefix" },
  "AWS::Lambda::Function": {
    label: "Lambda",
    all: "arn:aws:lambda",
    example: "arn:aws:lambda:us-east-1:123456789012:function:name",
  },
  "AWS::DynamoDB::Table": {
    label: "DynamoDB",
    all: "arn:aws:dynamodb",
    example: "arn:aws:dynamodb:us-east-1:123456789012:table/name",
  },
};

/** Resource types that a form offers; any other of the same form can be typed. */
export const ADVANCED_TYPES = [
  "AWS::S3::Object",
  "AWS::S3::AccessPoint",
  "AWS::S3Express::Object",
  "AWS::Lambda::Function",
  "AWS::DynamoDB::Table",
  "AWS::DynamoDB::Stream",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
  "AWS::Kinesis::Stream",
  "AWS::EC2::Snapshot",
  "AWS::SSM::ManagedNode",
  "AWS::CloudTrail::Channel",
];

export const DATA_FIELDS = [
  "readOnly",
  "eventName",
  "eventSource",
  "eventType",
  "resources.ARN",
  "sessionCredentialFromConsole",
  "userIdentity.arn",
];
export const NETWORK_FIELDS = ["eventName", "errorCode", "vpcEndpointId", "userIdentity.arn"];

/** The operators that a field takes, and its only values where they are few. */
export const FIELD_RULES: Record<string, { operators: readonly Operator[]; values?: string[] }> = {
  readOnly: { operators: ["Equals"], values: ["true", "false"] },
  sessionCredentialFromConsole: { operators: ["Equals", "NotEquals"], values: ["true", "false"] },
  errorCode: { operators: ["Equals"], values: [ACCESS_DENIED] },
};

export interface BasicDraft {
  type: string;
  arns: string[]; // empty: all resources of the type
  read: boolean;
  write: boolean;
}
export interface ConditionDraft {
  field: string;
  operator: Operator;
  values: string[];
}
export interface AdvancedDraft {
  name: string;
  subject: string; // of data events the resource type, of network activity events the event source
  conditions: ConditionDraft[];
}
export interface SelectorDraft {
  hasManagement: boolean;
  read: boolean;
  write: boolean;
  excludeKms: boolean;
  excludeRds: boolean;
  hasData: boolean;
  isAdvanced: boolean;
  basic: BasicDraft[];
  advanced: AdvancedDraft[];
  hasNetwork: boolean;
  network: AdvancedDraft[];
  others: AdvancedEventSelector[];
}
export interface InsightDraft {
  callRate: boolean;
  errorRate: boolean;
  onManagement: boolean;
  onData: boolean;
}

export const NO_SELECTORS: SelectorDraft = {
  hasManagement: true,
  read: true,
  write: true,
  excludeKms: false,
  excludeRds: false,
  hasData: false,
  isAdvanced: true,
  basic: [],
  advanced: [],
  hasNetwork: false,
  network: [],
  others: [],
};
export const NO_INSIGHTS: InsightDraft = { callRate: false, errorRate: false, onManagement: true, onData: false };
export const NEW_BASIC: BasicDraft = { type: "AWS::S3::Object", arns: [], read: true, write: true };
export const NEW_DATA: AdvancedDraft = { name: "", subject: "AWS::S3::Object", conditions: [] };
export const NEW_NETWORK: AdvancedDraft = { name: "", subject: "s3.amazonaws.com", conditions: [] };

// ---- to AWS ----

function readWrite({ read, write }: { read: boolean; write: boolean }) {
  if (read && write) return "All";
  return read ? "ReadOnly" : "WriteOnly";
}

function excluded(draft: SelectorDraft): string[] {
  return [...(draft.excludeKms ? [KMS] : []), ...(draft.excludeRds ? [RDS] : [])];
}

function basicSelectors(draft: SelectorDraft): EventSelector[] {
  const selectors: EventSelector[] = [];
  if (draft.hasManagement)
    selectors.push({
      ReadWriteType: readWrite(draft),
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: excluded(draft),
    });
  for (const kind of ["All", "ReadOnly", "WriteOnly"] as const) {
    const resources = draft.hasData ? draft.basic.filter((one) => readWrite(one) === kind) : [];
    if (resources.length > 0)
      selectors.push({
        ReadWriteType: kind,
        IncludeManagementEvents: false,
        DataResources: resources.map(
          ({ type, arns }): DataResource => ({
            Type: type,
            Values: arns.length > 0 ? arns : [BASIC_TYPES[type]?.all ?? ""],
          }),
        ),
      });
  }
  return selectors;
}

const equals = (Field: string, ...values: string[]): AdvancedFieldSelector => ({ Field, Equals: values });

/** Conditions on one field are one field selector. */
function fieldsOf(conditions: ConditionDraft[]): AdvancedFieldSelector[] {
  const fields = new Map<string, AdvancedFieldSelector>();
  for (const { field, operator, values } of conditions) {
    const selector = fields.get(field) ?? { Field: field };
    selector[operator] = [...(selector[operator] ?? []), ...values];
    fields.set(field, selector);
  }
  return [...fields.values()];
}

function advancedOf(category: string, field: string, draft: AdvancedDraft): AdvancedEventSelector {
  return {
    ...(draft.name ? { Name: draft.name } : {}),
    FieldSelectors: [equals("eventCategory", category), equals(field, draft.subject), ...fieldsOf(draft.conditions)],
  };
}

export function advancedSelectors(draft: SelectorDraft): AdvancedEventSelector[] {
  const selectors: AdvancedEventSelector[] = [];
  if (draft.hasManagement) {
    const fields = [equals("eventCategory", "Management")];
    if (draft.read !== draft.write) fields.push(equals("readOnly", String(draft.read)));
    if (excluded(draft).length > 0) fields.push({ Field: "eventSource", NotEquals: excluded(draft) });
    selectors.push({ Name: "Management events selector", FieldSelectors: fields });
  }
  if (draft.hasData) selectors.push(...draft.advanced.map((one) => advancedOf("Data", "resources.type", one)));
  if (draft.hasNetwork)
    selectors.push(...draft.network.map((one) => advancedOf("NetworkActivity", "eventSource", one)));
  return [...selectors, ...draft.others];
}

function needsAdvanced(draft: SelectorDraft): boolean {
  return (draft.hasData && draft.isAdvanced) || draft.hasNetwork || draft.others.length > 0;
}

/** What PutEventSelectors is asked for. */
export function selectorsRequest(draft: SelectorDraft) {
  return needsAdvanced(draft)
    ? { AdvancedEventSelectors: advancedSelectors(draft) }
    : { EventSelectors: basicSelectors(draft) };
}

export function insightsRequest(draft: InsightDraft): InsightSelector[] {
  const EventCategories = [
    ...(draft.onManagement ? (["Management"] as const) : []),
    ...(draft.onData ? (["Data"] as const) : []),
  ];
  return [
    ...(draft.callRate ? [{ InsightType: "ApiCallRateInsight" as const, EventCategories }] : []),
    ...(draft.errorRate ? [{ InsightType: "ApiErrorRateInsight" as const, EventCategories }] : []),
  ];
}

// ---- from AWS ----

function fromBasic(selectors: EventSelector[]): SelectorDraft {
  const management = selectors.filter((one) => one.IncludeManagementEvents !== false);
  const has = (kind: string) => management.some((one) => (one.ReadWriteType ?? "All") === kind);
  const sources = management.flatMap((one) => one.ExcludeManagementEventSources ?? []);
  const basic = selectors.flatMap((one) =>
    (one.DataResources ?? []).map((resource): BasicDraft => {
      const values = resource.Values ?? [];
      const isAll = values.length === 1 && values[0] === BASIC_TYPES[resource.Type ?? ""]?.all;
      return {
        type: resource.Type ?? "",
        arns: isAll ? [] : values,
        read: one.ReadWriteType !== "WriteOnly",
        write: one.ReadWriteType !== "ReadOnly",
      };
    }),
  );
  return {
    ...NO_SELECTORS,
    hasManagement: management.length > 0,
    read: management.length === 0 || has("All") || has("ReadOnly"),
    write: management.length === 0 || has("All") || has("WriteOnly"),
    excludeKms: sources.includes(KMS),
    excludeRds: sources.includes(RDS),
    hasData: basic.length > 0,
    isAdvanced: basic.length === 0,
    basic,
  };
}

function conditionsOf(fields: AdvancedFieldSelector[]): ConditionDraft[] {
  return fields.flatMap((selector) =>
    OPERATORS.filter((operator) => (selector[operator] ?? []).length > 0).map((operator) => ({
      field: selector.Field ?? "",
      operator,
      values: selector[operator] ?? [],
    })),
  );
}

function draftOf(selector: AdvancedEventSelector, field: string): AdvancedDraft {
  const fields = selector.FieldSelectors ?? [];
  return {
    name: selector.Name ?? "",
    subject: fields.find((one) => one.Field === field)?.Equals?.[0] ?? "",
    conditions: conditionsOf(fields.filter((one) => one.Field !== "eventCategory" && one.Field !== field)),
  };
}

function addManagement(draft: SelectorDraft, selector: AdvancedEventSelector): SelectorDraft {
  const conditions = draftOf(selector, "").conditions;
  const readOnly = conditions.find((one) => one.field === "readOnly")?.values;
  const sources = conditions.find((one) => one.field === "eventSource")?.values ?? [];
  return {
    ...draft,
    hasManagement: true,
    read: !readOnly || readOnly.includes("true"),
    write: !readOnly || readOnly.includes("false"),
    excludeKms: sources.includes(KMS),
    excludeRds: sources.includes(RDS),
  };
}

function fromAdvanced(selectors: AdvancedEventSelector[]): SelectorDraft {
  let draft: SelectorDraft = { ...NO_SELECTORS, hasManagement: false };
  for (const selector of selectors) {
    const category = selector.FieldSelectors?.find((one) => one.Field === "eventCategory")?.Equals?.[0];
    if (category === "Data")
      draft = { ...draft, hasData: true, advanced: [...draft.advanced, draftOf(selector, "resources.type")] };
    else if (category === "NetworkActivity")
      draft = { ...draft, hasNetwork: true, network: [...draft.network, draftOf(selector, "eventSource")] };
    else if (category === "Management" && !draft.hasManagement) draft = addManagement(draft, selector);
    else draft = { ...draft, others: [...draft.others, selector] };
  }
  return draft;
}

export function selectorsDraft(answer: {
  EventSelectors?: EventSelector[];
  AdvancedEventSelectors?: AdvancedEventSelector[];
}): SelectorDraft {
  return answer.AdvancedEventSelectors?.length
    ? fromAdvanced(answer.AdvancedEventSelectors)
    : fromBasic(answer.EventSelectors ?? []);
}

export function insightsDraft(selectors: InsightSelector[] | undefined): InsightDraft {
  const find = (type: string) => selectors?.find((one) => one.InsightType === type);
  const categories = (selectors ?? []).flatMap((one) => one.EventCategories ?? ["Management"]);
  return {
    callRate: find("ApiCallRateInsight") !== undefined,
    errorRate: find("ApiErrorRateInsight") !== undefined,
    onManagement: categories.length === 0 || categories.includes("Management"),
    onData: categories.includes("Data"),
  };
}

// ---- checks before AWS's ----

export interface SelectorFaults {
  general?: string;
  basic: Record<number, string>;
  advanced: Record<number, string>;
  network: Record<number, string>;
}

function advancedFault(draft: AdvancedDraft, what: string): string | undefined {
  if (!draft.subject.trim()) return `Choose ${what}.`;
  if (draft.conditions.some((one) => one.values.length === 0)) return "Each condition needs a value, or remove it.";
  return undefined;
}

function faultsOf<Draft>(drafts: Draft[], check: (draft: Draft) => string | undefined): Record<number, string> {
  return Object.fromEntries(drafts.flatMap((draft, i) => (check(draft) ? [[i, check(draft) as string]] : [])));
}

function generalFault(draft: SelectorDraft, insights: InsightDraft): string | undefined {
  if (!draft.hasManagement && !draft.hasData && !draft.hasNetwork && draft.others.length === 0)
    return "Choose at least one type of events.";
  if (draft.hasManagement && !draft.read && !draft.write) return "Choose read or write management events, or both.";
  const data = draft.isAdvanced ? draft.advanced : draft.basic;
  if (draft.hasData && data.length === 0) return "Add a data event selector, or turn data events off.";
  if (draft.hasNetwork && draft.network.length === 0)
    return "Add a network activity event selector, or turn network activity events off.";
  if (draft.hasData && !draft.isAdvanced && (draft.hasNetwork || draft.others.length > 0))
    return "A trail has basic or advanced event selectors, not both: network activity events need advanced ones.";
  if ((insights.callRate || insights.errorRate) && !insights.onManagement && !insights.onData)
    return "Choose for which events Insights are looked for.";
  return undefined;
}

export function selectorFaults(draft: SelectorDraft, insights: InsightDraft): SelectorFaults {
  const general = generalFault(draft, insights);
  return {
    ...(general ? { general } : {}),
    basic: faultsOf(draft.hasData && !draft.isAdvanced ? draft.basic : [], (one) =>
      one.read || one.write ? undefined : "Choose read or write, or both.",
    ),
    advanced: faultsOf(draft.hasData && draft.isAdvanced ? draft.advanced : [], (one) =>
      advancedFault(one, "a resource type"),
    ),
    network: faultsOf(draft.hasNetwork ? draft.network : [], (one) => advancedFault(one, "an event source")),
  };
}

export function isFaulty(faults: SelectorFaults): boolean {
  const lists = [faults.basic, faults.advanced, faults.network];
  return faults.general !== undefined || lists.some((list) => Object.keys(list).length > 0);
}
