// SPDX-License-Identifier: Apache-2.0
// A run of VerifyTrail, part by part of the time asked for, so that one sees how far it is.
import type { Trail } from "@aws-sdk/client-cloudtrail";
import { useCallback, useEffect, useRef, useState } from "react";
import { isAbort } from "../errors";
import { type Session, useSession } from "../session";
import { type Finding, type Verification, verifyTrail } from "./status";
import { type DigestFile, listDigests } from "./trail-files";

const PARTS_MAX = 24;
const PART_SECONDS_MIN = 3600;
const FINDINGS_MAX = 1000; // of one answer
export const DIGESTS_SHOWN_MAX = 400; // of a region

export interface Verified {
  digests: number;
  validDigests: number;
  files: number;
  validFiles: number;
  planted: number;
  findings: Finding[];
  /** There may be more findings than these. */
  isCut: boolean;
  chain: DigestFile[];
  at: Date;
}

interface Run {
  isRunning: boolean;
  done: number;
  total: number;
  error?: unknown;
  verified?: Verified;
}

/** The parts of a range, each ending just before the next begins. */
export function partsOf([from, to]: [number, number], oldest: number): [number, number][] {
  const first = Math.max(from, Math.min(oldest, to));
  const parts = Math.max(1, Math.min(PARTS_MAX, Math.ceil((to - first) / PART_SECONDS_MIN)));
  const length = Math.ceil((to - first) / parts);
  return Array.from({ length: parts }, (_, i) => [
    i === 0 ? from : first + i * length,
    i === parts - 1 ? to : first + (i + 1) * length - 0.001,
  ]);
}

/** Log files that no digest names yet are checked in each part: they count once. */
function sum(answers: Verification[], unnamed: Verification, chain: DigestFile[]): Verified {
  const total = (member: "Digests" | "ValidDigests" | "LogFiles" | "ValidLogFiles", once = 0) =>
    answers.reduce((all, answer) => all + answer[member] - once, once);
  const findings = new Map<string, Finding>();
  for (const answer of answers)
    for (const finding of answer.Findings) findings.set(`${finding.Kind}\n${finding.S3Bucket}\n${finding.S3Object}`, finding);
  const all = [...findings.values()];
  return {
    digests: total("Digests"),
    validDigests: total("ValidDigests"),
    files: total("LogFiles", unnamed.LogFiles),
    validFiles: total("ValidLogFiles", unnamed.ValidLogFiles),
    planted: all.filter((finding) => finding.Kind === "was not delivered by Cairn").length,
    findings: all,
    isCut: answers.some((answer) => answer.Findings.length >= FINDINGS_MAX),
    chain,
    at: new Date(),
  };
}

async function verify(
  session: Session,
  trail: Trail,
  seconds: number,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Verified> {
  const { cairn } = session;
  const arn = trail.TrailARN ?? "";
  const to = Math.floor(Date.now() / 1000);
  const from = Math.max(0, to - seconds);
  const chain = await listDigests(session, trail, [from, to], DIGESTS_SHOWN_MAX, signal);
  // Before the first digest there is nothing, so that a time without any checks only what no digest names.
  const unnamed = await verifyTrail(cairn, arn, [0, 0], signal);
  const oldest = Math.min(to, ...chain.map((digest) => digest.endTime));
  const parts = partsOf([from, to], oldest);
  const answers: Verification[] = [];
  for (const part of parts) {
    onProgress(answers.length, parts.length);
    answers.push(await verifyTrail(cairn, arn, part, signal));
  }
  return sum(answers, unnamed, chain);
}

export function useVerification(trail: Trail) {
  const session = useSession();
  const [run, setRun] = useState<Run>({ isRunning: false, done: 0, total: 0 });
  const abort = useRef<AbortController | null>(null);
  const stop = useCallback(() => {
    abort.current?.abort();
    setRun((old) => ({ ...old, isRunning: false }));
  }, []);
  const start = useCallback(
    (seconds: number) => {
      abort.current?.abort();
      const { signal } = (abort.current = new AbortController());
      setRun({ isRunning: true, done: 0, total: 0 });
      verify(session, trail, seconds, signal, (done, total) => setRun((old) => ({ ...old, done, total })))
        .then((verified) => !signal.aborted && setRun({ isRunning: false, done: 0, total: 0, verified }))
        .catch((error: unknown) => {
          if (!signal.aborted && !isAbort(error)) setRun({ isRunning: false, done: 0, total: 0, error });
        });
    },
    [session, trail],
  );
  useEffect(() => () => abort.current?.abort(), []);
  return { ...run, start, stop };
}
