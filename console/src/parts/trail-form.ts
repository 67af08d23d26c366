// SPDX-License-Identifier: Apache-2.0
// The attributes of a trail as its forms hold them, and what is wrong with them.
import type { CreateTrailCommandInput, Tag, Trail } from "@aws-sdk/client-cloudtrail";
import { problemOf } from "../errors";

export interface TrailDraft {
  name: string;
  isMultiRegion: boolean;
  isNewBucket: boolean;
  bucket: string;
  prefix: string;
  isEncrypted: boolean;
  kmsKey: string;
  isValidated: boolean;
  isNotified: boolean;
  topic: string;
  hasLogGroup: boolean;
  logGroup: string;
  logRole: string;
  tags: Tag[];
}
export type TrailField = "name" | "bucket" | "prefix" | "kmsKey" | "topic" | "logGroup" | "logRole" | "tags";
export type TrailFaults = Partial<Record<TrailField, string>>;

export function newTrail(account: string): TrailDraft {
  const unique = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0"));
  return {
    name: "",
    isMultiRegion: true,
    isNewBucket: true,
    bucket: `aws-cloudtrail-logs-${account}-${unique.join("")}`,
    prefix: "",
    isEncrypted: false,
    kmsKey: "",
    isValidated: true,
    isNotified: false,
    topic: "",
    hasLogGroup: false,
    logGroup: "",
    logRole: "",
    tags: [],
  };
}

export function trailDraft(trail: Trail): TrailDraft {
  return {
    name: trail.Name ?? "",
    isMultiRegion: trail.IsMultiRegionTrail ?? false,
    isNewBucket: false,
    bucket: trail.S3BucketName ?? "",
    prefix: trail.S3KeyPrefix ?? "",
    isEncrypted: Boolean(trail.KmsKeyId),
    kmsKey: trail.KmsKeyId ?? "",
    isValidated: trail.LogFileValidationEnabled ?? false,
    isNotified: Boolean(trail.SnsTopicName),
    topic: trail.SnsTopicName ?? "",
    hasLogGroup: Boolean(trail.CloudWatchLogsLogGroupArn),
    logGroup: trail.CloudWatchLogsLogGroupArn ?? "",
    logRole: trail.CloudWatchLogsRoleArn ?? "",
    tags: [],
  };
}

/** What CreateTrail is asked for; UpdateTrail takes the same, with empty texts for what is turned off. */
export function trailRequest(draft: TrailDraft, isUpdate: boolean): CreateTrailCommandInput {
  const text = (isOn: boolean, value: string) => (isOn ? value.trim() : isUpdate ? "" : undefined);
  return {
    Name: draft.name.trim(),
    S3BucketName: draft.bucket.trim(),
    S3KeyPrefix: text(draft.prefix.trim() !== "", draft.prefix),
    IsMultiRegionTrail: draft.isMultiRegion,
    IncludeGlobalServiceEvents: draft.isMultiRegion ? true : undefined,
    EnableLogFileValidation: draft.isValidated,
    KmsKeyId: text(draft.isEncrypted, draft.kmsKey),
    SnsTopicName: text(draft.isNotified, draft.topic),
    CloudWatchLogsLogGroupArn: text(draft.hasLogGroup, draft.logGroup),
    CloudWatchLogsRoleArn: text(draft.hasLogGroup, draft.logRole),
  };
}

function nameFault(name: string): string | undefined {
  if (name.length < 3 || name.length > 128) return "Use 3 to 128 characters.";
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$/.test(name))
    return "Use letters, numbers, periods, underscores and dashes, with a letter or number at both ends.";
  if (/[._-]{2}/.test(name)) return "Periods, underscores and dashes may not follow each other.";
  return undefined;
}

function bucketFault(bucket: string): string | undefined {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)
    ? undefined
    : "Use 3 to 63 lower-case letters, numbers, dots and dashes, with a letter or number at both ends.";
}

function tagFault(tags: Tag[]): string | undefined {
  const keys = tags.map((tag) => tag.Key ?? "");
  if (keys.some((key) => key.trim() === "")) return "Each tag needs a key.";
  return new Set(keys).size < keys.length ? "Each key may be used once." : undefined;
}

export function trailFaults(draft: TrailDraft): TrailFaults {
  const missing = (isOn: boolean, value: string, what: string) =>
    isOn && value.trim() === "" ? `Enter ${what}.` : undefined;
  const faults: TrailFaults = {
    name: nameFault(draft.name.trim()),
    bucket: bucketFault(draft.bucket.trim()),
    prefix: draft.prefix.length > 200 ? "Use at most 200 characters." : undefined,
    kmsKey: missing(draft.isEncrypted, draft.kmsKey, "the key's ARN, ID or alias"),
    topic: missing(draft.isNotified, draft.topic, "the topic's name or ARN"),
    logGroup: missing(draft.hasLogGroup, draft.logGroup, "the log group's ARN"),
    logRole: missing(draft.hasLogGroup, draft.logRole, "the role's ARN"),
    tags: tagFault(draft.tags),
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault));
}

const FIELD_OF_ERROR: [pattern: RegExp, field: TrailField][] = [
  [/^(InvalidTrailName|TrailAlreadyExists|MaximumNumberOfTrailsExceeded)/, "name"],
  [/Prefix/, "prefix"],
  [/Bucket/, "bucket"],
  [/^Kms/i, "kmsKey"],
  [/KmsKey/, "kmsKey"],
  [/Sns/, "topic"],
  [/LogsRole/, "logRole"],
  [/CloudWatchLogs/, "logGroup"],
  [/Tag/, "tags"],
];

/** The field that an AWS error is about. */
export function faultOfError(error: unknown): TrailFaults {
  const { name, message } = problemOf(error);
  const field = FIELD_OF_ERROR.find(([pattern]) => pattern.test(name))?.[1];
  return field ? { [field]: `${name}: ${message}` } : {};
}
