// SPDX-License-Identifier: Apache-2.0
// A picture of the chain: a box for each digest file, region by region, and under it the log files that the
// chosen one names.
import type { Trail } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo, useState } from "react";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { type Session, useSession } from "../session";
import "./chain.css";
import { Listing } from "./listing";
import { PageLink } from "./page-link";
import type { Finding } from "./status";
import { readObject, textOf } from "./storage";
import { trailFileHref } from "./trail-link";
import { type DigestContent, digestContent, type DigestFile, digestOf, lastPart } from "./trail-files";
import { DIGESTS_SHOWN_MAX } from "./verification";

type State = "valid" | "faulty" | "missing" | "planted";
const SIGNS: Record<State, string> = { valid: "✓", faulty: "✗", missing: "?", planted: "+" };
const WORDS: Record<State, string> = { valid: "valid", faulty: "invalid", missing: "missing", planted: "planted" };
const READ_MAX = 200; // digests that are read to tell which one names a log file with a finding

interface DigestBox extends DigestFile {
  state: State;
  texts: string[];
}

function stateOf(findings: Finding[]): State {
  if (findings.length === 0) return "valid";
  if (findings.some((one) => one.Kind === "not found")) return "missing";
  return findings.every((one) => one.Kind === "was not delivered by Cairn") ? "planted" : "faulty";
}

function byObject(findings: Finding[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) found.set(finding.S3Object, [...(found.get(finding.S3Object) ?? []), finding]);
  return found;
}

/** The digests that are there, and those that findings say should be, in the order of their times. */
function boxesOf(digests: DigestFile[], findings: Map<string, Finding[]>): DigestBox[] {
  const known = new Map(digests.map((digest) => [digest.key, digest]));
  for (const key of findings.keys()) {
    const digest = digestOf(key);
    if (digest && !known.has(key)) known.set(key, digest);
  }
  return [...known.values()]
    .sort((a, b) => a.endTime - b.endTime)
    .map((digest) => {
      const own = findings.get(digest.key) ?? [];
      return { ...digest, state: stateOf(own), texts: own.map((finding) => finding.Kind) };
    });
}

/** null: what lies there is no digest. */
async function readDigest(
  session: Session,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<DigestContent | null> {
  const packed = await readObject(session, bucket, key, signal);
  const text = await textOf(packed).catch(() => "");
  return digestContent(text) ?? null;
}

/** The keys of digests that name a log file with a finding. */
async function digestsOfFaults(
  session: Session,
  bucket: string,
  boxes: DigestBox[],
  findings: Map<string, Finding[]>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const marked = new Set<string>();
  const hasFileFindings = [...findings.values()].flat().some((one) => !one.IsDigest);
  if (!hasFileFindings) return marked;
  for (const box of boxes.filter(({ state }) => state !== "missing").slice(-READ_MAX)) {
    const content = await readDigest(session, bucket, box.key, signal).catch(() => null);
    if (signal.aborted) break;
    if (content?.files.some((file) => findings.has(file.key))) marked.add(box.key);
  }
  return marked;
}

function Row({
  boxes,
  marked,
  chosen,
  onChoose,
}: {
  boxes: DigestBox[];
  marked: Set<string> | undefined;
  chosen: string;
  onChoose: (key: string) => void;
}) {
  return (
    <ol className="chain" aria-label={`Digests of ${boxes[0]?.region}`}>
      {boxes.map((box) => {
        const state = box.state === "valid" && marked?.has(box.key) ? "faulty" : box.state;
        const why = box.state === "valid" && state === "faulty" ? "names a log file with a finding" : WORDS[state];
        const label = `Digest to ${time(box.endTime)}: ${why}`;
        return (
          <li key={box.key}>
            <button
              type="button"
              className={state}
              title={label}
              aria-label={label}
              aria-pressed={box.key === chosen}
              onClick={() => onChoose(box.key)}
            >
              {SIGNS[state]}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function FileState({ findings }: { findings: Finding[] | undefined }) {
  return findings ? (
    <StatusIndicator type="error">{findings.map((one) => one.Kind).join(", ")}</StatusIndicator>
  ) : (
    <StatusIndicator>Valid</StatusIndicator>
  );
}

function Digest({ trail, box, findings }: { trail: Trail; box: DigestBox; findings: Map<string, Finding[]> }) {
  const session = useSession();
  const isThere = box.state !== "missing";
  const content = useLoad(
    async (signal) => (isThere ? readDigest(session, trail.S3BucketName ?? "", box.key, signal) : undefined),
    [session, box.key],
  );
  const fileHref = (key: string) => trailFileHref(trail.TrailARN, key);
  return (
    <SpaceBetween size="m">
      <Header variant="h3" description={isThere ? <PageLink to={fileHref(box.key)}>{lastPart(box.key)}</PageLink> : box.key}>
        Digest to {time(box.endTime)}
      </Header>
      {!isThere && <Box>The bucket does not have this digest any more, so what it named cannot be shown.</Box>}
      <ProblemAlert error={content.error} header="The digest could not be read" />
      {content.isLoading && !content.value && <Spinner />}
      {content.value === null && (
        <StatusIndicator type="error">What lies there cannot be read as a digest.</StatusIndicator>
      )}
      {content.value && (
        <>
          <KeyValuePairs
            columns={3}
            items={[
              { label: "This digest", value: <FileState findings={findings.get(box.key)} /> },
              { label: "From", value: time(new Date(content.value.start)) },
              { label: "Follows", value: lastPart(content.value.previous) || "Nothing: the chain starts" },
            ]}
          />
          <Listing
            label="Log files of the digest"
            items={content.value.files}
            wrapLines
            empty="No log file was delivered in this time."
            columns={{
              "Log file": (file) => <PageLink to={fileHref(file.key)}>{lastPart(file.key)}</PageLink>,
              Status: (file) => <FileState findings={findings.get(file.key)} />,
              "Oldest event": (file) => time(new Date(file.oldest)),
              "Newest event": (file) => time(new Date(file.newest)),
            }}
          />
        </>
      )}
    </SpaceBetween>
  );
}

/** Files that no digest names, because Cairn did not put them. */
function Planted({ trail, findings }: { trail: Trail; findings: Finding[] }) {
  const files = findings.filter((one) => !digestOf(one.S3Object) && stateOf([one]) === "planted");
  if (files.length === 0) return null;
  return (
    <SpaceBetween size="xxs">
      <Box variant="awsui-key-label">Beside the chain, put by somebody else</Box>
      {files.map((file) => (
        <StatusIndicator key={file.S3Object} type="warning">
          <PageLink to={trailFileHref(trail.TrailARN, file.S3Object)}>{lastPart(file.S3Object)}</PageLink>
        </StatusIndicator>
      ))}
    </SpaceBetween>
  );
}

export function Chain({ trail, digests, findings }: { trail: Trail; digests: DigestFile[]; findings: Finding[] }) {
  const session = useSession();
  const [chosen, setChosen] = useState("");
  const found = useMemo(() => byObject(findings), [findings]);
  const boxes = useMemo(() => boxesOf(digests, found), [digests, found]);
  const marked = useLoad(
    (signal) => digestsOfFaults(session, trail.S3BucketName ?? "", boxes, found, signal),
    [session, boxes, found],
  );
  const regions = [...new Set(boxes.map((box) => box.region))].sort();
  const box = boxes.find(({ key }) => key === chosen);
  if (boxes.length === 0 && findings.length === 0) return null;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${boxes.length})`}
          description={`Each box is a digest file, oldest first: ${SIGNS.valid} valid, ${SIGNS.faulty} invalid, ${SIGNS.missing} missing, ${SIGNS.planted} planted. At most the newest ${DIGESTS_SHOWN_MAX} of a region are shown. Choose one to see its log files.`}
        >
          Chain of digests
        </Header>
      }
    >
      <SpaceBetween size="m">
        {regions.map((region) => (
          <SpaceBetween key={region} size="xxs">
            <Box variant="awsui-key-label">{region}</Box>
            <Row
              boxes={boxes.filter((one) => one.region === region)}
              marked={marked.value}
              chosen={chosen}
              onChoose={setChosen}
            />
          </SpaceBetween>
        ))}
        <Planted trail={trail} findings={findings} />
        {box && <Digest key={box.key} trail={trail} box={box} findings={found} />}
      </SpaceBetween>
    </Container>
  );
}
