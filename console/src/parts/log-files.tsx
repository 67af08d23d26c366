// SPDX-License-Identifier: Apache-2.0
// The files that a trail delivered, by day, and what is in one.
import type { Trail } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useSearchParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { bytes, time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { LogFile } from "./log-file";
import { type Listing, listFolder } from "./storage";
import { trailFileHref } from "./trail-link";
import { kindFolder, KINDS, lastPart, latestDay, listRegions } from "./trail-files";

const DAY_MS = 86_400_000;
const FIRST_KIND = "CloudTrail";

/** What is shown: all of it in the page's address. */
interface Place {
  kind: string;
  region: string;
  day: string;
}

interface Found extends Listing {
  place: Place;
  regions: string[];
}

async function find(
  session: ReturnType<typeof useSession>,
  trail: Trail,
  wanted: Partial<Place>,
  signal: AbortSignal,
): Promise<Found> {
  const kind = KINDS.some(({ id }) => id === wanted.kind) ? (wanted.kind as string) : FIRST_KIND;
  const regions = await listRegions(session, trail, kind, signal);
  const region =
    wanted.region || [session.region, trail.HomeRegion ?? ""].find((one) => regions.includes(one)) || regions[0] || "";
  const folder = `${kindFolder(trail, kind)}${region}/`;
  const bucket = trail.S3BucketName ?? "";
  const none: Found = { place: { kind, region, day: wanted.day ?? "" }, regions, folders: [], files: [], isCut: false };
  if (!region) return none;
  const day = wanted.day || (await latestDay(session, bucket, folder, signal));
  if (!day) return none;
  const listing = await listFolder(session, bucket, `${folder}${day.replaceAll("-", "/")}/`, signal);
  return { ...listing, place: { kind, region, day }, regions };
}

function Place({
  place,
  regions,
  onChange,
}: {
  place: Place;
  regions: string[];
  onChange: (place: Partial<Place>) => void;
}) {
  const beside = (days: number) => {
    const moved = new Date(Date.parse(place.day) + days * DAY_MS);
    if (!Number.isNaN(moved.getTime())) onChange({ ...place, day: moved.toISOString().slice(0, 10) });
  };
  return (
    <SpaceBetween size="m" direction="horizontal" alignItems="end">
      <FormField label="Files">
        <SegmentedControl
          label="Kind of files"
          selectedId={place.kind}
          options={KINDS}
          onChange={({ detail }) => onChange({ kind: detail.selectedId })}
        />
      </FormField>
      <FormField label="Region">
        <Select
          selectedOption={place.region ? { value: place.region, label: place.region } : null}
          options={regions.map((value) => ({ value, label: value }))}
          placeholder="No region"
          disabled={regions.length === 0}
          onChange={({ detail }) => onChange({ kind: place.kind, region: detail.selectedOption.value })}
        />
      </FormField>
      <FormField label="Day (UTC)">
        <DatePicker
          value={place.day}
          placeholder="YYYY/MM/DD"
          openCalendarAriaLabel={(day) => (day ? `Choose a day, ${day} is chosen` : "Choose a day")}
          todayAriaLabel="Today"
          nextMonthAriaLabel="Next month"
          previousMonthAriaLabel="Previous month"
          onChange={({ detail }) =>
            /^\d{4}-\d\d-\d\d$/.test(detail.value) && onChange({ ...place, day: detail.value })
          }
        />
      </FormField>
      <Button
        iconName="angle-left"
        ariaLabel="Day before"
        disabled={!place.day}
        onClick={() => beside(-1)}
      />
      <Button iconName="angle-right" ariaLabel="Day after" disabled={!place.day} onClick={() => beside(1)} />
    </SpaceBetween>
  );
}

function EmptyDay({ place, onLatest }: { place: Place; onLatest: () => void }) {
  return (
    <Box textAlign="center" padding="m">
      {place.day && place.region ? (
        <SpaceBetween size="s">
          <span>Nothing was delivered on this day.</span>
          <Button onClick={onLatest}>Latest day with files</Button>
        </SpaceBetween>
      ) : (
        "Nothing was delivered yet. Log files come some minutes after the events, digest files once an hour."
      )}
    </Box>
  );
}

export function LogFiles({ trail }: { trail: Trail }) {
  const session = useSession();
  const [query, setQuery] = useSearchParams();
  const wanted = {
    kind: query.get("kind") ?? undefined,
    region: query.get("region") ?? undefined,
    day: query.get("day") ?? undefined,
  };
  const file = query.get("file");
  const found = useLoad(
    (signal) => find(session, trail, wanted, signal),
    [session, trail.TrailARN, trail.S3BucketName, trail.S3KeyPrefix, wanted.kind, wanted.region, wanted.day],
  );
  const go = (place: Partial<Place>, key?: string) => {
    const text = new URLSearchParams({ arn: trail.TrailARN ?? "", tab: "files" });
    for (const [name, value] of Object.entries(place)) if (value) text.set(name, value);
    if (key) text.set("file", key);
    setQuery(text);
  };
  const place = found.value?.place ?? { kind: wanted.kind ?? FIRST_KIND, region: wanted.region ?? "", day: wanted.day ?? "" };
  if (file) return <LogFile bucket={trail.S3BucketName ?? ""} objectKey={file} onBack={() => go(wanted)} />;
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={found.error} retry={found.reload} header="Files could not be listed" />
      <Table
        items={found.value?.files ?? []}
        trackBy="key"
        loading={found.isLoading}
        loadingText="Loading files"
        stickyHeader
        ariaLabels={{ tableLabel: "Files of the trail" }}
        header={
          <Header
            variant="h2"
            counter={found.value && `(${found.value.files.length}${found.value.isCut ? "+" : ""})`}
            description={`s3://${trail.S3BucketName}/${kindFolder(trail, place.kind)}`}
            actions={<Button iconName="refresh" ariaLabel="Refresh" onClick={found.reload} />}
          >
            Files
          </Header>
        }
        filter={<Place place={place} regions={found.value?.regions ?? []} onChange={(next) => go(next)} />}
        empty={<EmptyDay place={place} onLatest={() => go({ kind: place.kind, region: place.region })} />}
        columnDefinitions={[
          {
            id: "name",
            header: "File",
            isRowHeader: true,
            cell: (one) => (
              <Link
                href={`/console${trailFileHref(trail.TrailARN, one.key)}`}
                onFollow={(event) => {
                  event.preventDefault();
                  go(place, one.key);
                }}
              >
                {lastPart(one.key)}
              </Link>
            ),
          },
          { id: "size", header: "Size", cell: (one) => bytes(one.size) },
          { id: "time", header: "Delivered", cell: (one) => time(one.modified) },
        ]}
      />
    </SpaceBetween>
  );
}
