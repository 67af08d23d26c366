// SPDX-License-Identifier: Apache-2.0
// The buckets that Cairn keeps, by AWS's own client, which is only loaded when a page asks for it.
import type { S3Client } from "@aws-sdk/client-s3";
import type { Session } from "../session";

export interface Storage {
  sdk: typeof import("@aws-sdk/client-s3");
  client: S3Client;
}

const storages = new WeakMap<Session, Promise<Storage>>();

async function open({ endpoint, region, credentials }: Session): Promise<Storage> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 2,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { sdk, client };
}

export function storageOf(session: Session): Promise<Storage> {
  const known = storages.get(session) ?? open(session);
  storages.set(session, known);
  known.catch(() => storages.delete(session)); // the network failed: the next one who asks tries again
  return known;
}

export interface StoredFile {
  key: string;
  size: number;
  modified?: Date;
}
export interface Listing {
  folders: string[];
  files: StoredFile[];
  isCut: boolean;
}

const LIST_MAX = 5000; // files that one view shows

/** What is directly under a prefix that ends with a slash. */
export async function listFolder(
  session: Session,
  bucket: string,
  prefix: string,
  abortSignal: AbortSignal,
): Promise<Listing> {
  const { sdk, client } = await storageOf(session);
  const listing: Listing = { folders: [], files: [], isCut: false };
  let token: string | undefined;
  do {
    const page = await client.send(
      new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/", ContinuationToken: token }),
      { abortSignal },
    );
    for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix) listing.folders.push(Prefix);
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      if (Key && Key !== prefix) listing.files.push({ key: Key, size: Size ?? 0, modified: LastModified });
    token = page.NextContinuationToken;
  } while (token && listing.files.length < LIST_MAX);
  return { ...listing, isCut: token !== undefined };
}

export async function readObject(
  session: Session,
  bucket: string,
  key: string,
  abortSignal?: AbortSignal,
): Promise<Uint8Array> {
  const { sdk, client } = await storageOf(session);
  const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
  return Body ? Body.transformToByteArray() : new Uint8Array();
}

const INFLATED_MAX = 128 << 20; // bytes; a file that claims more is not unpacked here

/** The text of a log or digest file: unpacked where it is gzip. */
export async function textOf(packed: Uint8Array): Promise<string> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return new TextDecoder().decode(packed);
  const stream = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > INFLATED_MAX) {
      await reader.cancel();
      throw new Error(`The file is larger than ${INFLATED_MAX >> 20} MiB unpacked: download it instead.`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** The policy that lets CloudTrail write a trail's files, as the AWS console writes it. */
function bucketPolicy(bucket: string, folder: string, trailArn: string): string {
  const Condition = { StringEquals: { "aws:SourceArn": trailArn } };
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AWSCloudTrailAclCheck",
        Effect: "Allow",
        Principal,
        Action: "s3:GetBucketAcl",
        Resource: `arn:aws:s3:::${bucket}`,
        Condition,
      },
      {
        Sid: "AWSCloudTrailWrite",
        Effect: "Allow",
        Principal,
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/${folder}/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trailArn } },
      },
    ],
  });
}

export async function createBucket(session: Session, bucket: string): Promise<void> {
  const { sdk, client } = await storageOf(session);
  const { region } = session;
  await client.send(
    new sdk.CreateBucketCommand({
      Bucket: bucket,
      ...(region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
    }),
  );
}

/** Lets CloudTrail write a trail's files into a bucket; the policy that the bucket had is gone. */
export async function allowTrail(session: Session, bucket: string, prefix: string, trail: string): Promise<void> {
  const { sdk, client } = await storageOf(session);
  const { region, account } = session;
  const folder = `${prefix ? prefix + "/" : ""}AWSLogs/${account}`;
  const arn = `arn:aws:cloudtrail:${region}:${account}:trail/${trail}`;
  await client.send(new sdk.PutBucketPolicyCommand({ Bucket: bucket, Policy: bucketPolicy(bucket, folder, arn) }));
}

export async function listBuckets(session: Session, abortSignal: AbortSignal): Promise<string[]> {
  const { sdk, client } = await storageOf(session);
  const { Buckets = [] } = await client.send(new sdk.ListBucketsCommand({}), { abortSignal });
  return Buckets.flatMap(({ Name }) => (Name ? [Name] : []));
}
