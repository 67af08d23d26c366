// SPDX-License-Identifier: Apache-2.0
// Event data stores as every page of the Lake needs them.
import {
  type CloudTrailClient,
  GetEventDataStoreCommand,
  type GetEventDataStoreResponse,
  ListEventDataStoresCommand,
} from "@aws-sdk/client-cloudtrail";
import { allPages } from "./paging";

export type Store = GetEventDataStoreResponse;

/** The id of a store, dashboard or channel: the end of its ARN. */
export function idOf(arn: string | undefined): string {
  return arn?.split("/").pop() ?? "";
}

/** ListEventDataStores tells names only, as AWS's does; the rest is asked for store by store. */
export async function listStores(cloudtrail: CloudTrailClient, abortSignal: AbortSignal): Promise<Store[]> {
  const stores = await allPages(async (NextToken) => {
    const page = await cloudtrail.send(new ListEventDataStoresCommand({ NextToken }), { abortSignal });
    return { items: page.EventDataStores, nextToken: page.NextToken };
  });
  return Promise.all(
    stores.map((store) =>
      cloudtrail.send(new GetEventDataStoreCommand({ EventDataStore: store.EventDataStoreArn }), { abortSignal }),
    ),
  );
}

/** The categories of what a store keeps. */
export function categoriesOf(store: Store): string[] {
  const categories = (store.AdvancedEventSelectors ?? []).flatMap(
    (selector) => selector.FieldSelectors?.find((field) => field.Field === "eventCategory")?.Equals ?? [],
  );
  return [...new Set(categories)];
}

/** Management, data and network activity events: what trails have too. */
export function isOfEvents(store: Store): boolean {
  return !["Insight", "ActivityAuditLog"].includes(categoriesOf(store)[0] ?? "");
}

export const STORE_STATUS: Record<string, { type: "success" | "stopped" | "pending" | "warning"; text: string }> = {
  CREATED: { type: "pending", text: "Created" },
  ENABLED: { type: "success", text: "Enabled" },
  STARTING_INGESTION: { type: "pending", text: "Starting ingestion" },
  STOPPING_INGESTION: { type: "pending", text: "Stopping ingestion" },
  STOPPED_INGESTION: { type: "stopped", text: "Ingestion stopped" },
  PENDING_DELETION: { type: "warning", text: "Pending deletion" },
};

export const CATEGORY_LABELS: Record<string, string> = {
  Management: "Management events",
  Data: "Data events",
  NetworkActivity: "Network activity events",
  Insight: "Insights events",
  ActivityAuditLog: "Events from integrations",
};
