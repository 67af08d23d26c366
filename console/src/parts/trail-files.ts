// SPDX-License-Identifier: Apache-2.0
// Where a trail's files lie in its bucket: [prefix/]AWSLogs/ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE.
import type { Trail } from "@aws-sdk/client-cloudtrail";
import type { Session } from "../session";
import { listFolder } from "./storage";

export const KINDS = [
  { id: "CloudTrail", text: "Log files" },
  { id: "CloudTrail-Digest", text: "Digest files" },
  { id: "CloudTrail-Insight", text: "Insights files" },
];

/** The folder of a kind of files, with its slash. */
export function kindFolder(trail: Trail, kind: string): string {
  const account = trail.TrailARN?.split(":")[4] ?? "";
  return `${trail.S3KeyPrefix ? trail.S3KeyPrefix + "/" : ""}AWSLogs/${account}/${kind}/`;
}

export const lastPart = (path: string) => path.replace(/\/$/, "").split("/").pop() ?? "";

export async function listRegions(
  session: Session,
  trail: Trail,
  kind: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { folders } = await listFolder(session, trail.S3BucketName ?? "", kindFolder(trail, kind), signal);
  return folders.map(lastPart);
}

/** The newest day, as YYYY-MM-DD, that has files under a region's folder. */
export async function latestDay(
  session: Session,
  bucket: string,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  let at = folder;
  for (let level = 0; level < 3; level++) {
    const { folders } = await listFolder(session, bucket, at, signal);
    const last = folders.filter((name) => /^\d+$/.test(lastPart(name))).sort().pop();
    if (!last) return undefined;
    at = last;
  }
  return at.slice(folder.length, -1).replaceAll("/", "-");
}

export interface DigestFile {
  key: string;
  region: string;
  endTime: number; // seconds since 1970
}

type Six = [number, number, number, number, number, number];
const DIGEST_TIME = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json\.gz$/;

/** What the name of a digest file says; undefined where it is no name of one. */
export function digestOf(key: string): DigestFile | undefined {
  const parts = DIGEST_TIME.exec(key);
  const region = /\/CloudTrail-Digest\/([^/]+)\//.exec(key)?.[1];
  if (!parts || !region) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as Six;
  return { key, region, endTime: Date.UTC(year, month - 1, day, hour, minute, second) / 1000 };
}

/** The days of a region's folder that are in a range, oldest first. */
async function daysOf(
  session: Session,
  bucket: string,
  folder: string,
  [from, to]: [number, number],
  signal: AbortSignal,
): Promise<string[]> {
  let level = [folder];
  for (let depth = 0; depth < 3; depth++) {
    const listings = await Promise.all(level.map((one) => listFolder(session, bucket, one, signal)));
    level = listings.flatMap((listing) => listing.folders);
    const first = new Date(from * 1000).toISOString().slice(0, 10).replaceAll("-", "/");
    const last = new Date(to * 1000).toISOString().slice(0, 10).replaceAll("-", "/");
    level = level.filter((one) => {
      const date = one.slice(folder.length, -1);
      return date >= first.slice(0, date.length) && date <= last.slice(0, date.length);
    });
  }
  return level.sort();
}

/** A trail's digest files that end in a range, oldest first; the newest `max` of each region. */
export async function listDigests(
  session: Session,
  trail: Trail,
  range: [number, number],
  max: number,
  signal: AbortSignal,
): Promise<DigestFile[]> {
  const bucket = trail.S3BucketName ?? "";
  const base = kindFolder(trail, "CloudTrail-Digest");
  const regions = await listRegions(session, trail, "CloudTrail-Digest", signal);
  const listRegion = async (region: string) => {
    const days = await daysOf(session, bucket, `${base}${region}/`, range, signal);
    const found: DigestFile[] = [];
    for (const day of days.reverse()) {
      if (found.length >= max) break;
      const { files } = await listFolder(session, bucket, day, signal);
      for (const { key } of files) {
        const digest = digestOf(key);
        const isOurs = key.includes(`_CloudTrail-Digest_${region}_${trail.Name}_`);
        if (digest && isOurs && digest.endTime >= range[0] && digest.endTime <= range[1]) found.push(digest);
      }
    }
    return found.sort((a, b) => a.endTime - b.endTime).slice(-max);
  };
  return (await Promise.all(regions.map(listRegion))).flat();
}

/** What a digest file says of itself. */
export interface DigestContent {
  start: string;
  end: string;
  previous: string; // empty where the chain starts
  files: { key: string; oldest: string; newest: string }[];
}

function textIn(value: unknown, name: string): string {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" ? found : "";
}

/** undefined: it is no digest. A file of the bucket may be anything. */
export function digestContent(text: string): DigestContent | undefined {
  let digest: { logFiles?: unknown } | null;
  try {
    digest = JSON.parse(text) as { logFiles?: unknown } | null;
  } catch {
    return undefined;
  }
  const end = textIn(digest, "digestEndTime");
  if (!end || !Array.isArray(digest?.logFiles)) return undefined;
  return {
    start: textIn(digest, "digestStartTime"),
    end,
    previous: textIn(digest, "previousDigestS3Object"),
    files: digest.logFiles.map((file: unknown) => ({
      key: textIn(file, "s3Object"),
      oldest: textIn(file, "oldestEventTime"),
      newest: textIn(file, "newestEventTime"),
    })),
  };
}
