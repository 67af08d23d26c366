// SPDX-License-Identifier: Apache-2.0
// An event data store as its forms hold it, what is wrong with it, and what AWS's operations are asked for.
import type {
  AdvancedEventSelector,
  CreateEventDataStoreRequest,
  Tag,
  UpdateEventDataStoreRequest,
} from "@aws-sdk/client-cloudtrail";
import { categoriesOf, type Store } from "./lake";
import {
  advancedSelectors,
  isFaulty,
  NO_INSIGHTS,
  NO_SELECTORS,
  type SelectorDraft,
  type SelectorFaults,
  selectorFaults,
  selectorsDraft,
} from "./selectors";

export const EXTENDABLE = "EXTENDABLE_RETENTION_PRICING";
export const FIXED = "FIXED_RETENTION_PRICING";
export const RETENTION_MIN = 7;
/** Days: what a pricing option begins with, and the most of it. */
export const RETENTION = {
  [EXTENDABLE]: { standard: 366, max: 3653 },
  [FIXED]: { standard: 2557, max: 2557 },
};
export type Pricing = keyof typeof RETENTION;

export type StoreKind = "events" | "Insight" | "ActivityAuditLog";

export interface StoreDraft {
  name: string;
  pricing: Pricing;
  days: string;
  isMultiRegion: boolean;
  isProtected: boolean;
  kmsKey: string;
  tags: Tag[];
  kind: StoreKind;
  selectors: SelectorDraft;
  ingests: boolean;
}
export interface StoreFaults {
  name?: string;
  days?: string;
  tags?: string;
  selectors: SelectorFaults;
}

export const NEW_STORE: StoreDraft = {
  name: "",
  pricing: EXTENDABLE,
  days: "366",
  isMultiRegion: true,
  isProtected: true,
  kmsKey: "",
  tags: [],
  kind: "events",
  selectors: NO_SELECTORS,
  ingests: true,
};

function nameFault(name: string): string | undefined {
  return /^[a-zA-Z0-9._-]{3,128}$/.test(name)
    ? undefined
    : "A name has 3 to 128 letters, digits, periods, underscores and hyphens.";
}

function daysFault(pricing: Pricing, days: string): string | undefined {
  const { max } = RETENTION[pricing];
  const isWhole = /^\d{1,5}$/.test(days);
  return isWhole && Number(days) >= RETENTION_MIN && Number(days) <= max
    ? undefined
    : `Retention is ${RETENTION_MIN} to ${max.toLocaleString("en-US")} days.`;
}

export function storeFaults(draft: StoreDraft): StoreFaults {
  const keys = draft.tags.map((tag) => tag.Key?.trim() ?? "");
  return {
    name: nameFault(draft.name),
    days: daysFault(draft.pricing, draft.days),
    tags: keys.some((key) => !key)
      ? "Each tag needs a key, or remove it."
      : new Set(keys).size < keys.length
        ? "A key can be there once."
        : undefined,
    selectors:
      draft.kind === "events" ? selectorFaults(draft.selectors, NO_INSIGHTS) : { basic: {}, advanced: {}, network: {} },
  };
}

export function hasAttributeFaults(faults: StoreFaults): boolean {
  return Boolean(faults.name ?? faults.days ?? faults.tags);
}
export function hasSelectorFaults(faults: StoreFaults): boolean {
  return isFaulty(faults.selectors);
}

export function selectorsOf(draft: StoreDraft): AdvancedEventSelector[] {
  if (draft.kind === "events") return advancedSelectors({ ...draft.selectors, isAdvanced: true });
  const Name = draft.kind === "Insight" ? "Insights events selector" : "Integration events selector";
  return [{ Name, FieldSelectors: [{ Field: "eventCategory", Equals: [draft.kind] }] }];
}

export function createRequest(draft: StoreDraft): CreateEventDataStoreRequest {
  return {
    Name: draft.name,
    BillingMode: draft.pricing,
    RetentionPeriod: Number(draft.days),
    MultiRegionEnabled: draft.isMultiRegion,
    TerminationProtectionEnabled: draft.isProtected,
    ...(draft.kmsKey.trim() ? { KmsKeyId: draft.kmsKey.trim() } : {}),
    ...(draft.tags.length > 0 ? { TagsList: draft.tags } : {}),
    AdvancedEventSelectors: selectorsOf(draft),
    ...(draft.kind === "events" ? { StartIngestion: draft.ingests } : {}),
  };
}

export function draftOfStore(store: Store): StoreDraft {
  const category = categoriesOf(store)[0];
  const kind = category === "Insight" || category === "ActivityAuditLog" ? category : "events";
  const pricing = store.BillingMode === FIXED ? FIXED : EXTENDABLE;
  return {
    ...NEW_STORE,
    name: store.Name ?? "",
    pricing,
    days: String(store.RetentionPeriod ?? RETENTION[pricing].standard),
    isMultiRegion: store.MultiRegionEnabled ?? true,
    isProtected: store.TerminationProtectionEnabled ?? true,
    kind,
    selectors: kind === "events" ? selectorsDraft({ AdvancedEventSelectors: store.AdvancedEventSelectors }) : NO_SELECTORS,
  };
}

/** What differs from the store as it is; nothing else is sent. */
export function updateRequest(store: Store, draft: StoreDraft): UpdateEventDataStoreRequest {
  const old = draftOfStore(store);
  return {
    EventDataStore: store.EventDataStoreArn,
    ...(draft.name !== old.name ? { Name: draft.name } : {}),
    ...(draft.pricing !== old.pricing ? { BillingMode: draft.pricing } : {}),
    ...(draft.days !== old.days ? { RetentionPeriod: Number(draft.days) } : {}),
    ...(draft.isMultiRegion !== old.isMultiRegion ? { MultiRegionEnabled: draft.isMultiRegion } : {}),
    ...(draft.isProtected !== old.isProtected ? { TerminationProtectionEnabled: draft.isProtected } : {}),
  };
}
