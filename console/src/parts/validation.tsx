// SPDX-License-Identifier: Apache-2.0
// Log file validation of a trail: the run, what it found, and the chain of digest files as a picture.
import type { Trail } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useSearchParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { count, csv, download, time } from "../format";
import { Chain } from "./chain";
import { PageLink } from "./page-link";
import type { Finding } from "./status";
import { trailFileHref } from "./trail-link";
import { type Verified, useVerification } from "./verification";

const RANGES = [
  { value: "hour", label: "Last hour", seconds: 3600 },
  { value: "day", label: "Last day", seconds: 86_400 },
  { value: "week", label: "Last 7 days", seconds: 7 * 86_400 },
  { value: "quarter", label: "Last 90 days", seconds: 90 * 86_400 },
  { value: "all", label: "Everything", seconds: Infinity },
];

/** What each kind of finding means, and what to do. */
const ADVICE: Record<string, string> = {
  "not found":
    "It was delivered, and the bucket does not have it any more. Find out who deleted it (DeleteObject events on the bucket), and bring it back from a copy.",
  "invalid format": "It cannot be read as what it should be. Keep it as evidence, and bring the delivered file back from a copy.",
  "hash value doesn't match":
    "It was changed after it was delivered. Keep the changed file as evidence, and trust Event history rather than this file.",
  "signature verification failed":
    "The digest was not signed with a key of this Cairn. Trust neither it nor the files that only it names.",
  "does not follow the digest before it":
    "A digest between this one and the one before was taken out or replaced. Look at what is missing before it.",
  "was not delivered by Cairn": "Somebody else put it beside the trail's files. Do not trust its records; find out who put it there.",
  "digest and catalog name different files":
    "The digest and Cairn's own list disagree. One of them was tampered with: compare with a copy of Cairn's data folder.",
};

function Outcome({ verified }: { verified: Verified }) {
  const isValid = verified.findings.length === 0;
  const isEmpty = verified.digests + verified.files === 0;
  return (
    <SpaceBetween size="m">
      {isEmpty && isValid ? (
        <Alert type="info" header="Nothing to check">
          No digest or log file was delivered in this time.
        </Alert>
      ) : (
        <Alert type={isValid ? "success" : "error"} header={isValid ? "The chain is valid" : "The chain is not valid"}>
          {isValid
            ? "Every digest follows the one before it, and every log file is as it was delivered."
            : `${count(verified.findings.length)} files are not what Cairn delivered. They are listed below, with what to do.`}
        </Alert>
      )}
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Digest files valid", value: `${count(verified.validDigests)} of ${count(verified.digests)}` },
          { label: "Log files valid", value: `${count(verified.validFiles)} of ${count(verified.files)}` },
          { label: "Planted files", value: count(verified.planted) },
          { label: "Checked", value: time(verified.at) },
        ]}
      />
    </SpaceBetween>
  );
}

function Findings({ trail, verified }: { trail: Trail; verified: Verified }) {
  const { findings } = verified;
  const kinds = [...new Set(findings.map((finding) => finding.Kind))];
  const save = () =>
    download(
      `validation_${trail.Name}.csv`,
      "text/csv",
      csv([
        ["Finding", "File", "Region", "Bucket", "Object"],
        ...findings.map((one) => [one.Kind, one.IsDigest ? "digest" : "log", one.Region, one.S3Bucket, one.S3Object]),
      ]),
    );
  const word = (finding: Finding) => (finding.IsDigest ? "Digest" : "Log file");
  const object = (finding: Finding) => {
    const path = `${finding.S3Bucket}/${finding.S3Object}`;
    if (finding.Kind === "not found" || finding.S3Bucket !== trail.S3BucketName) return path;
    return <PageLink to={trailFileHref(trail.TrailARN, finding.S3Object)}>{path}</PageLink>;
  };
  return (
    <SpaceBetween size="l">
      <Table
        items={findings}
        wrapLines
        ariaLabels={{ tableLabel: "Findings" }}
        header={
          <Header
            variant="h2"
            counter={`(${count(findings.length)}${verified.isCut ? "+" : ""})`}
            actions={<Button onClick={save}>Download as CSV</Button>}
          >
            Findings
          </Header>
        }
        columnDefinitions={[
          { id: "kind", header: "Finding", cell: (one) => <Box color="text-status-error">{one.Kind}</Box> },
          { id: "file", header: "File", cell: word },
          { id: "region", header: "Region", cell: (one) => one.Region || "-" },
          { id: "object", header: "Object", isRowHeader: true, cell: object },
        ]}
      />
      <Container header={<Header variant="h2">What to do</Header>}>
        <KeyValuePairs
          columns={1}
          items={kinds.map((kind) => ({ label: kind, value: ADVICE[kind] ?? "Keep the file, and look into who changed it." }))}
        />
      </Container>
    </SpaceBetween>
  );
}

export function Validation({ trail }: { trail: Trail }) {
  const [query, setQuery] = useSearchParams();
  const range = RANGES.find(({ value }) => value === query.get("range")) ?? RANGES[1]!;
  const run = useVerification(trail);
  const choose = (value: string) =>
    setQuery(new URLSearchParams({ arn: trail.TrailARN ?? "", tab: "validation", range: value }));
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description="Checks every digest and log file of the bucket against what Cairn delivered: changed, deleted and planted files show."
          >
            Log file validation
          </Header>
        }
      >
        <SpaceBetween size="m">
          {!trail.LogFileValidationEnabled && (
            <Alert type="info">
              Log file validation is disabled for this trail: it has digests only of the time when it was enabled.
            </Alert>
          )}
          <SpaceBetween size="m" direction="horizontal" alignItems="end">
            <FormField label="Digests that end in">
              <Select
                selectedOption={range}
                options={RANGES}
                disabled={run.isRunning}
                onChange={({ detail }) => choose(detail.selectedOption.value ?? "day")}
              />
            </FormField>
            {run.isRunning ? (
              <Button onClick={run.stop}>Stop</Button>
            ) : (
              <Button variant="primary" onClick={() => run.start(range.seconds)}>
                Validate
              </Button>
            )}
          </SpaceBetween>
          {run.isRunning && (
            <ProgressBar
              value={run.total === 0 ? 0 : (100 * run.done) / run.total}
              label="Validating"
              description="Digests and log files are read and compared."
              additionalInfo={run.total === 0 ? "Listing digests" : `${run.done} of ${run.total} parts of the time checked`}
            />
          )}
          <ProblemAlert error={run.error} retry={() => run.start(range.seconds)} header="Validation stopped" />
          {run.verified && <Outcome verified={run.verified} />}
        </SpaceBetween>
      </Container>
      {run.verified && <Chain trail={trail} digests={run.verified.chain} findings={run.verified.findings} />}
      {run.verified && run.verified.findings.length > 0 && <Findings trail={trail} verified={run.verified} />}
    </SpaceBetween>
  );
}
