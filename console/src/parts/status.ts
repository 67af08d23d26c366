// SPDX-License-Identifier: Apache-2.0
// Cairn's operations GetStatus and VerifyTrail, as the pages of trails and the dashboard use them.
import type { CairnClient } from "../cairn";

export interface TrailHealth {
  TrailARN: string;
  Name: string;
  IsLogging: boolean;
  LatestDeliveryTime?: number;
  LatestDeliveryError?: string;
  LatestDigestDeliveryTime?: number;
  LatestDigestDeliveryError?: string;
}
export interface Reader {
  Name: string;
  Position: number;
  Lag: number;
}
export interface Gateway {
  Name: string;
  Listen: string;
  Upstream: string;
  Guarantee: string;
  Seen: number;
  Recorded: number;
  Gaps: number;
  Refused: number;
  InFlight: number;
}
export interface Status {
  Version: string;
  StartTime: number;
  JournalPosition: number;
  Events: number;
  HistoryBytes: number;
  JournalBytes?: number;
  Readers: Reader[];
  Trails: TrailHealth[];
  Gateways: Gateway[];
  Admission: { Admitted: number; Duplicates: number; Refused: number; QueuedBytes: number; Refusing?: boolean };
}

export function getStatus(cairn: CairnClient, signal?: AbortSignal): Promise<Status> {
  return cairn.call("GetStatus", {}, signal);
}

export interface Finding {
  Kind: string;
  IsDigest: boolean;
  Region?: string;
  S3Bucket: string;
  S3Object: string;
}
export interface Verification {
  TrailARN: string;
  IsValid: boolean;
  Digests: number;
  ValidDigests: number;
  LogFiles: number;
  ValidLogFiles: number;
  PlantedFiles: number;
  Findings: Finding[];
}

/** Times in seconds since 1970. */
export function verifyTrail(
  cairn: CairnClient,
  trail: string,
  [from, to]: [number, number],
  signal?: AbortSignal,
): Promise<Verification> {
  return cairn.call("VerifyTrail", { TrailName: trail, StartTime: from, EndTime: to }, signal);
}
