// SPDX-License-Identifier: Apache-2.0
// "Copy trail events": imports into an event data store, how far they are, and what could not be copied.
import {
  type CloudTrailClient,
  GetImportCommand,
  type GetImportResponse,
  ListImportFailuresCommand,
  ListImportsCommand,
  StartImportCommand,
  StopImportCommand,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { ProblemAlert } from "../errors";
import { count, time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { FormModal } from "./form-modal";
import { allPages } from "./paging";

const POLL_MS = 2000;
const SHOWN_MAX = 20; // imports whose progress is asked for
const FAILURES_MAX = 200;

const STATUS: Record<string, { type: StatusIndicatorProps.Type; text: string }> = {
  INITIALIZING: { type: "pending", text: "Initializing" },
  IN_PROGRESS: { type: "in-progress", text: "In progress" },
  COMPLETED: { type: "success", text: "Completed" },
  FAILED: { type: "error", text: "Failed" },
  STOPPED: { type: "stopped", text: "Stopped" },
};

function isRunning({ ImportStatus }: GetImportResponse): boolean {
  return ImportStatus === "INITIALIZING" || ImportStatus === "IN_PROGRESS";
}

async function listImports(cloudtrail: CloudTrailClient, Destination: string, abortSignal: AbortSignal) {
  const page = await cloudtrail.send(new ListImportsCommand({ Destination, MaxResults: SHOWN_MAX }), { abortSignal });
  return Promise.all(
    (page.Imports ?? []).map(({ ImportId }) => cloudtrail.send(new GetImportCommand({ ImportId }), { abortSignal })),
  );
}

interface ImportDraft {
  uri: string;
  role: string;
  from: string;
  to: string;
}

function importFaults({ uri, role, from, to }: ImportDraft): Partial<ImportDraft> {
  const isTime = (text: string) => text === "" || !Number.isNaN(Date.parse(text));
  return {
    ...(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(uri)
      ? {}
      : { uri: "It must be s3://BUCKET/ or s3://BUCKET/PREFIX/." }),
    ...(/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(role) ? {} : { role: "It must be the ARN of an IAM role." }),
    ...(isTime(from) ? {} : { from: "It must be a date and time." }),
    ...(isTime(to) ? {} : { to: "It must be a date and time." }),
    ...(from && to && Date.parse(from) > Date.parse(to) ? { to: "The end must be after the start." } : {}),
  };
}

export function CopyTrailEvents({ storeArn, onDone, onDismiss }: { storeArn: string; onDone: () => void; onDismiss: () => void }) {
  const { cloudtrail, account, region } = useSession();
  const [draft, setDraft] = useState<ImportDraft>({
    uri: "",
    role: `arn:aws:iam::${account}:role/CloudTrailImport`,
    from: "",
    to: "",
  });
  const [isChecked, setIsChecked] = useState(false);
  const faults = isChecked ? importFaults(draft) : {};
  const send = () => {
    setIsChecked(true);
    if (Object.keys(importFaults(draft)).length > 0) return undefined;
    return cloudtrail.send(
      new StartImportCommand({
        Destinations: [storeArn],
        ImportSource: {
          S3: { S3LocationUri: draft.uri, S3BucketRegion: region, S3BucketAccessRoleArn: draft.role },
        },
        ...(draft.from ? { StartEventTime: new Date(draft.from) } : {}),
        ...(draft.to ? { EndEventTime: new Date(draft.to) } : {}),
      }),
    );
  };
  const field = (name: keyof ImportDraft, label: string, description: string, placeholder: string) => (
    <FormField label={label} description={description} errorText={faults[name]} stretch>
      <Input
        value={draft[name]}
        placeholder={placeholder}
        onChange={({ detail }) => setDraft({ ...draft, [name]: detail.value })}
      />
    </FormField>
  );
  return (
    <FormModal header="Copy trail events" action="Copy events" size="large" send={send} onDone={onDone} onDismiss={onDismiss}>
      {field("uri", "S3 URI", "Where a trail's log files lie.", "s3://bucket/AWSLogs/123456789012/CloudTrail/")}
      {field("role", "IAM role", "Kept and shown; Cairn assumes no role.", "arn:aws:iam::123456789012:role/name")}
      {field("from", "Start time (optional)", "Log files from this time on.", "2026-01-31T00:00:00Z")}
      {field("to", "End time (optional)", "Log files up to this time.", "2026-12-31T00:00:00Z")}
    </FormModal>
  );
}

function Failures({ importId }: { importId: string }) {
  const { cloudtrail } = useSession();
  const failures = useLoad(
    (abortSignal) =>
      allPages(async (NextToken) => {
        const page = await cloudtrail.send(new ListImportFailuresCommand({ ImportId: importId, NextToken }), { abortSignal });
        return { items: page.Failures, nextToken: page.NextToken };
      }, FAILURES_MAX),
    [cloudtrail, importId],
  );
  return (
    <SpaceBetween size="s">
      <ProblemAlert error={failures.error} retry={failures.reload} header="Failures could not be loaded" />
      <Table
        variant="embedded"
        wrapLines
        items={failures.value ?? []}
        loading={failures.isLoading && !failures.value}
        loadingText="Loading failures"
        ariaLabels={{ tableLabel: "Files that could not be copied" }}
        empty={<Box textAlign="center">No failures.</Box>}
        columnDefinitions={[
          { id: "location", header: "Location", isRowHeader: true, cell: (failure) => failure.Location ?? "-" },
          { id: "status", header: "Status", minWidth: 110, cell: (failure) => failure.Status ?? "-" },
          { id: "type", header: "Error type", minWidth: 150, cell: (failure) => failure.ErrorType ?? "-" },
          { id: "message", header: "Error message", minWidth: 160, cell: (failure) => failure.ErrorMessage ?? "-" },
          { id: "time", header: "Last updated", cell: (failure) => time(failure.LastUpdatedTime) },
        ]}
      />
    </SpaceBetween>
  );
}

function Progress({ item }: { item: GetImportResponse }) {
  const statistics = item.ImportStatistics;
  const found = statistics?.PrefixesFound ?? 0;
  const { type, text } = STATUS[item.ImportStatus ?? ""] ?? { type: "pending" as const, text: item.ImportStatus };
  if (!isRunning(item)) return <StatusIndicator type={type}>{text}</StatusIndicator>;
  return (
    <ProgressBar
      value={found > 0 ? (100 * (statistics?.PrefixesCompleted ?? 0)) / found : 0}
      ariaLabel={`Import ${item.ImportId}`}
      description={text}
      additionalInfo={`${count(statistics?.PrefixesCompleted ?? 0)} of ${count(found)} prefixes`}
    />
  );
}

export function StoreImports({ storeArn, turn, onCopy }: { storeArn: string; turn: number; onCopy: () => void }) {
  const { cloudtrail } = useSession();
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const imports = useLoad((signal) => listImports(cloudtrail, storeArn, signal), [cloudtrail, storeArn, turn], POLL_MS);
  const act = (sent: Promise<unknown>) => {
    setIsBusy(true);
    setProblem(null);
    sent
      .then(imports.reload)
      .catch(setProblem)
      .finally(() => setIsBusy(false));
  };
  const failed = (imports.value ?? []).filter((item) => (item.ImportStatistics?.FailedEntries ?? 0) > 0);
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={imports.error ?? problem} retry={imports.reload} header="Imports" />
      <Table
        items={imports.value ?? []}
        trackBy="ImportId"
        loading={imports.isLoading && !imports.value}
        loadingText="Loading imports"
        wrapLines
        ariaLabels={{ tableLabel: "Event copy status" }}
        header={
          <Header description="The newest imports of trail events." actions={<Button onClick={onCopy}>Copy trail events</Button>}>
            Event copy status
          </Header>
        }
        empty={<Box textAlign="center">No trail events were copied here.</Box>}
        columnDefinitions={[
          { id: "id", header: "Import ID", isRowHeader: true, cell: (item) => item.ImportId ?? "-" },
          { id: "status", header: "Copy status", minWidth: 200, cell: (item) => <Progress item={item} /> },
          { id: "source", header: "S3 URI", cell: (item) => item.ImportSource?.S3?.S3LocationUri ?? "-" },
          { id: "files", header: "Files", cell: (item) => count(item.ImportStatistics?.FilesCompleted) },
          { id: "events", header: "Events", cell: (item) => count(item.ImportStatistics?.EventsCompleted) },
          { id: "failed", header: "Failures", cell: (item) => count(item.ImportStatistics?.FailedEntries) },
          { id: "created", header: "Created", cell: (item) => time(item.CreatedTimestamp) },
          {
            id: "actions",
            header: "Actions",
            minWidth: 120,
            cell: (item) => {
              const ImportId = item.ImportId;
              if (isRunning(item))
                return (
                  <Button
                    wrapText={false}
                    disabled={isBusy}
                    ariaLabel={`Stop import ${ImportId}`}
                    onClick={() => act(cloudtrail.send(new StopImportCommand({ ImportId })))}
                  >
                    Stop
                  </Button>
                );
              if (item.ImportStatus === "COMPLETED") return "-";
              return (
                <Button
                  wrapText={false}
                  disabled={isBusy}
                  ariaLabel={`Retry import ${ImportId}`}
                  onClick={() => act(cloudtrail.send(new StartImportCommand({ ImportId })))}
                >
                  Retry
                </Button>
              );
            },
          },
        ]}
      />
      {failed.map((item) => (
        <ExpandableSection key={item.ImportId} variant="container" headerText={`Failures of import ${item.ImportId}`}>
          <Failures key={`${item.ImportId} ${item.ImportStatistics?.FailedEntries}`} importId={item.ImportId ?? ""} />
        </ExpandableSection>
      ))}
    </SpaceBetween>
  );
}
