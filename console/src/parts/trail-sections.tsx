// SPDX-License-Identifier: Apache-2.0
// What a trail is, does and logs: to be read, and to be edited section by section.
import {
  AddTagsCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  ListTagsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  RemoveTagsCommand,
  type Tag,
  type Trail,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { type ReactNode, useState } from "react";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";
import { SelectorEditor } from "./selector-editor";
import { InsightSummary, SelectorSummary } from "./selector-summary";
import {
  type InsightDraft,
  insightsDraft,
  insightsRequest,
  isFaulty,
  type SelectorDraft,
  selectorFaults,
  selectorsDraft,
  selectorsRequest,
} from "./selectors";
import { Tags, TrailAttributes } from "./trail-attributes";
import { faultOfError, trailDraft, trailFaults, trailRequest } from "./trail-form";

interface SectionProperties {
  trail: Trail;
  /** Where the trail's home region is another one, it can only be looked at. */
  isEditable: boolean;
  onChanged: () => void;
}

/** Saving a section: what failed stays on it. */
function useSave(what: string, save: () => Promise<unknown>, onSaved: () => void) {
  const flash = useFlash();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await save();
      flash({ type: "success", header: `${what} saved` });
      onSaved();
    } catch (fault) {
      setError(fault);
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, error, run };
}

function EditForm({
  title,
  saving,
  isFine = true,
  onCancel,
  children,
}: {
  title: string;
  saving: ReturnType<typeof useSave>;
  isFine?: boolean;
  onCancel: () => void;
  children: ReactNode;
}) {
  return (
    <Form
      header={<Header variant="h2">{`Edit ${title}`}</Header>}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button variant="link" onClick={onCancel}>
            Cancel
          </Button>
          <Button variant="primary" loading={saving.isBusy} disabled={!isFine} onClick={() => void saving.run()}>
            Save changes
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <ProblemAlert error={saving.error} header="Changes could not be saved" />
        {children}
      </SpaceBetween>
    </Form>
  );
}

function sectionHeader(title: string, isEditable: boolean, onEdit: () => void) {
  return (
    <Header
      variant="h2"
      actions={
        <Button disabled={!isEditable} onClick={onEdit} ariaLabel={`Edit ${title}`}>
          Edit
        </Button>
      }
    >
      {title}
    </Header>
  );
}

function EditGeneral({ trail, onDone, onCancel }: { trail: Trail; onDone: () => void; onCancel: () => void }) {
  const { cloudtrail } = useSession();
  const [draft, setDraft] = useState(() => trailDraft(trail));
  const saving = useSave(
    "General details",
    () => cloudtrail.send(new UpdateTrailCommand({ ...trailRequest(draft, true), Name: trail.TrailARN })),
    onDone,
  );
  const faults = trailFaults(draft);
  const ofAws = saving.error ? faultOfError(saving.error) : {};
  return (
    <EditForm
      title="general details"
      saving={saving}
      isFine={Object.keys(faults).length === 0}
      onCancel={onCancel}
    >
      <TrailAttributes draft={draft} faults={{ ...ofAws, ...faults }} isExisting onChange={setDraft} />
    </EditForm>
  );
}

export function GeneralSection({ trail, isEditable, onChanged }: SectionProperties) {
  const [isEdited, setIsEdited] = useState(false);
  if (isEdited)
    return (
      <EditGeneral
        trail={trail}
        onCancel={() => setIsEdited(false)}
        onDone={() => {
          setIsEdited(false);
          onChanged();
        }}
      />
    );
  const location = `${trail.S3BucketName}/${trail.S3KeyPrefix ? trail.S3KeyPrefix + "/" : ""}AWSLogs/`;
  return (
    <Container header={sectionHeader("General details", isEditable, () => setIsEdited(true))}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Trail ARN", value: trail.TrailARN },
          { label: "Home region", value: trail.HomeRegion },
          { label: "Multi-region trail", value: trail.IsMultiRegionTrail ? "Yes" : "No" },
          { label: "Trail log location", value: location },
          { label: "Log file validation", value: trail.LogFileValidationEnabled ? "Enabled" : "Disabled" },
          { label: "Log file SSE-KMS encryption", value: trail.KmsKeyId ?? "Not enabled" },
          { label: "SNS notification delivery", value: trail.SnsTopicARN ?? "Disabled" },
          { label: "CloudWatch Logs log group", value: trail.CloudWatchLogsLogGroupArn ?? "No log group" },
          { label: "CloudWatch Logs IAM role", value: trail.CloudWatchLogsRoleArn ?? "-" },
        ]}
      />
    </Container>
  );
}

interface Events {
  selectors: SelectorDraft;
  insights: InsightDraft;
}

function EditEvents({
  trail,
  before,
  onDone,
  onCancel,
}: {
  trail: Trail;
  before: Events;
  onDone: () => void;
  onCancel: () => void;
}) {
  const { cloudtrail } = useSession();
  const [selectors, setSelectors] = useState(before.selectors);
  const [insights, setInsights] = useState(before.insights);
  const faults = selectorFaults(selectors, insights);
  const put = async () => {
    const TrailName = trail.TrailARN;
    const wanted = insightsRequest(insights);
    await cloudtrail.send(new PutEventSelectorsCommand({ TrailName, ...selectorsRequest(selectors) }));
    if (JSON.stringify(wanted) !== JSON.stringify(insightsRequest(before.insights)))
      await cloudtrail.send(new PutInsightSelectorsCommand({ TrailName, InsightSelectors: wanted }));
  };
  const saving = useSave("Event selectors", put, onDone);
  return (
    <EditForm title="log events" saving={saving} isFine={!isFaulty(faults)} onCancel={onCancel}>
      <SelectorEditor
        draft={selectors}
        insights={insights}
        faults={faults}
        onDraft={setSelectors}
        onInsights={setInsights}
      />
    </EditForm>
  );
}

export function EventsSection({ trail, isEditable, onChanged }: SectionProperties) {
  const { cloudtrail } = useSession();
  const [isEdited, setIsEdited] = useState(false);
  const loaded = useLoad(
    async (abortSignal): Promise<Events> => {
      const TrailName = trail.TrailARN;
      const asked = { abortSignal };
      const selectors = await cloudtrail.send(new GetEventSelectorsCommand({ TrailName }), asked);
      // A trail without Insights answers with an error, which is none here.
      const insights = trail.HasInsightSelectors
        ? await cloudtrail.send(new GetInsightSelectorsCommand({ TrailName }), asked)
        : undefined;
      return { selectors: selectorsDraft(selectors), insights: insightsDraft(insights?.InsightSelectors) };
    },
    [cloudtrail, trail.TrailARN, trail.HasInsightSelectors],
  );
  if (isEdited && loaded.value)
    return (
      <EditEvents
        trail={trail}
        before={loaded.value}
        onCancel={() => setIsEdited(false)}
        onDone={() => {
          setIsEdited(false);
          loaded.reload();
          onChanged();
        }}
      />
    );
  const waiting = loaded.isLoading && !loaded.value && <Spinner />;
  return (
    <SpaceBetween size="l">
      <Container
        header={sectionHeader("Log events", isEditable && loaded.value !== undefined, () => setIsEdited(true))}
      >
        <ProblemAlert error={loaded.error} retry={loaded.reload} />
        {waiting}
        {loaded.value && <SelectorSummary draft={loaded.value.selectors} />}
      </Container>
      <Container
        header={sectionHeader("Insights events", isEditable && loaded.value !== undefined, () => setIsEdited(true))}
      >
        {waiting}
        {loaded.value && <InsightSummary draft={loaded.value.insights} />}
      </Container>
    </SpaceBetween>
  );
}

function EditTags({
  trail,
  before,
  onDone,
  onCancel,
}: {
  trail: Trail;
  before: Tag[];
  onDone: () => void;
  onCancel: () => void;
}) {
  const { cloudtrail } = useSession();
  const [tags, setTags] = useState(before);
  const put = async () => {
    const ResourceId = trail.TrailARN;
    const kept = new Set(tags.map((tag) => tag.Key));
    const removed = before.filter((tag) => !kept.has(tag.Key));
    if (removed.length > 0) await cloudtrail.send(new RemoveTagsCommand({ ResourceId, TagsList: removed }));
    if (tags.length > 0) await cloudtrail.send(new AddTagsCommand({ ResourceId, TagsList: tags }));
  };
  const saving = useSave("Tags", put, onDone);
  const fault = trailFaults({ ...trailDraft(trail), tags }).tags;
  return (
    <EditForm title="tags" saving={saving} isFine={!fault} onCancel={onCancel}>
      <Tags tags={tags} fault={fault} onChange={setTags} />
    </EditForm>
  );
}

export function TagsSection({ trail, isEditable }: SectionProperties) {
  const { cloudtrail } = useSession();
  const [isEdited, setIsEdited] = useState(false);
  const loaded = useLoad(
    async (abortSignal) => {
      const answer = await cloudtrail.send(new ListTagsCommand({ ResourceIdList: [trail.TrailARN ?? ""] }), {
        abortSignal,
      });
      return answer.ResourceTagList?.[0]?.TagsList ?? [];
    },
    [cloudtrail, trail.TrailARN],
  );
  if (isEdited && loaded.value)
    return (
      <EditTags
        trail={trail}
        before={loaded.value}
        onCancel={() => setIsEdited(false)}
        onDone={() => {
          setIsEdited(false);
          loaded.reload();
        }}
      />
    );
  return (
    <Container header={sectionHeader("Tags", isEditable && loaded.value !== undefined, () => setIsEdited(true))}>
      <ProblemAlert error={loaded.error} retry={loaded.reload} />
      {loaded.isLoading && !loaded.value && <Spinner />}
      {loaded.value?.length === 0 && <Box>The trail has no tags.</Box>}
      {loaded.value && loaded.value.length > 0 && (
        <KeyValuePairs
          columns={4}
          items={loaded.value.map((tag) => ({ label: tag.Key ?? "", value: tag.Value || "-" }))}
        />
      )}
    </Container>
  );
}
