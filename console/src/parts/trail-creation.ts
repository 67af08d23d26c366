// SPDX-License-Identifier: Apache-2.0
// The calls that make a trail, in their order. One that fails leaves what was done before it: going on from
// there changes that, and makes nothing twice.
import {
  AddTagsCommand,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import type { Session } from "../session";
import { type InsightDraft, insightsRequest, type SelectorDraft, selectorsRequest } from "./selectors";
import { allowTrail, createBucket } from "./storage";
import { type TrailDraft, trailRequest } from "./trail-form";

export interface Done {
  bucket?: string;
  trailArn?: string;
  hasSelectors?: boolean;
  hasInsights?: boolean;
}

/** A call that failed, and the step of the wizard that it belongs to. */
export class CreationError extends Error {
  constructor(
    readonly step: number,
    readonly operation: string,
    readonly reason: unknown,
  ) {
    super(operation);
  }
}

interface Plan {
  session: Session;
  trail: TrailDraft;
  selectors: SelectorDraft;
  insights: InsightDraft;
}

async function attempt<Answer>(step: number, operation: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw new CreationError(step, operation, error);
  }
}

async function putTrail({ session: { cloudtrail }, trail }: Plan, done: Done): Promise<string> {
  const tags = trail.tags.map(({ Key, Value }) => ({ Key: Key?.trim(), Value }));
  if (!done.trailArn) {
    const made = await cloudtrail.send(
      new CreateTrailCommand({ ...trailRequest(trail, false), ...(tags.length > 0 ? { TagsList: tags } : {}) }),
    );
    return made.TrailARN ?? "";
  }
  await cloudtrail.send(new UpdateTrailCommand(trailRequest(trail, true)));
  if (tags.length > 0) await cloudtrail.send(new AddTagsCommand({ ResourceId: done.trailArn, TagsList: tags }));
  return done.trailArn;
}

/** Tells `onDone` after each call what is done; throws CreationError. Returns the trail's ARN. */
export async function createTrail(plan: Plan, before: Done, onDone: (done: Done) => void): Promise<string> {
  const { session, trail } = plan;
  const { cloudtrail } = session;
  let done = before;
  const note = (more: Done) => {
    done = { ...done, ...more };
    onDone(done);
  };
  const bucket = trail.bucket.trim();
  if (trail.isNewBucket && done.bucket !== bucket) {
    await attempt(0, "CreateBucket", () => createBucket(session, bucket));
    note({ bucket });
  }
  // Only a bucket made here gets a policy: one that was there has its own, and keeps it.
  if (trail.isNewBucket)
    await attempt(0, "PutBucketPolicy", () => allowTrail(session, bucket, trail.prefix.trim(), trail.name.trim()));
  const arn = await attempt(0, done.trailArn ? "UpdateTrail" : "CreateTrail", () => putTrail(plan, done));
  note({ trailArn: arn });
  await attempt(1, "PutEventSelectors", () =>
    cloudtrail.send(new PutEventSelectorsCommand({ TrailName: arn, ...selectorsRequest(plan.selectors) })),
  );
  note({ hasSelectors: true });
  const insights = insightsRequest(plan.insights);
  if (insights.length > 0 || done.hasInsights) {
    await attempt(1, "PutInsightSelectors", () =>
      cloudtrail.send(new PutInsightSelectorsCommand({ TrailName: arn, InsightSelectors: insights })),
    );
    note({ hasInsights: true });
  }
  await attempt(2, "StartLogging", () => cloudtrail.send(new StartLoggingCommand({ Name: arn })));
  return arn;
}
