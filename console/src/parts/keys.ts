// SPDX-License-Identifier: Apache-2.0
// Cairn's operations on access keys.
import type { CairnClient } from "../cairn";

export interface Key {
  AccessKeyId: string;
  SecretAccessKey?: string; // in CreateKey's answer only
  AccountId: string;
  UserName: string;
  Arn: string;
  Role: string;
  Status: "Active" | "Inactive";
  CreateDate?: number;
}

export const ROLES = [
  { value: "admin", label: "admin", description: "Everything in its account." },
  { value: "auditor", label: "auditor", description: "Reads: lookups, trails, queries, buckets." },
  { value: "writer", label: "writer", description: "Sends events, nothing else." },
];

export async function listKeys(cairn: CairnClient, signal: AbortSignal): Promise<Key[]> {
  const answer = await cairn.call<{ Keys: Key[] }>("ListKeys", {}, signal);
  return answer.Keys;
}

export async function createKey(cairn: CairnClient, request: { UserName: string; Role: string }): Promise<Key> {
  const answer = await cairn.call<{ Key: Key }>("CreateKey", request);
  return answer.Key;
}

export function disableKey(cairn: CairnClient, AccessKeyId: string): Promise<unknown> {
  return cairn.call("DisableKey", { AccessKeyId });
}
