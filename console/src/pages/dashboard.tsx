// SPDX-License-Identifier: Apache-2.0
// Dashboard: is everything recorded and delivered, and what is unusual? Refreshed while it is looked at.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, type ReactNode, Suspense } from "react";
import { useNavigate } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { bytes, count, time } from "../format";
import { type Loaded, useLoad } from "../load";
import { eventsHref } from "../parts/event-filters";
import { Listing } from "../parts/listing";
import { listInsights, TYPE_LABELS } from "../parts/insights";
import { type Activity, loadActivity, loadGaps, type Ranked } from "../parts/overview";
import { PageLink } from "../parts/page-link";
import { getStatus, type Status } from "../parts/status";
import { TrailStatus } from "../parts/trail-health";
import { trailHref } from "../parts/trail-link";
import { useSession } from "../session";

const ActivityChart = lazy(async () => ({ default: (await import("../parts/activity-chart")).ActivityChart }));

const REFRESH_MS = 30_000;
const INSIGHT_DAYS = 90;

/** A section that loads by itself: what fails in one leaves the others as they are. */
function Section<Value>({
  title,
  description,
  actions,
  loaded,
  children,
}: {
  title: string;
  description?: string;
  actions?: ReactNode;
  loaded: Loaded<Value>;
  children: (value: Value) => ReactNode;
}) {
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <ProblemAlert error={loaded.error} retry={loaded.reload} />
      {loaded.value === undefined ? loaded.isLoading && <Spinner /> : children(loaded.value)}
    </Container>
  );
}

function FirstTrail() {
  const navigate = useNavigate();
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">No trails yet</Box>
        <Box>
          Event history keeps the events of this account for a while. A trail delivers them to an S3 bucket, signed, for
          as long as you want.
        </Box>
        <Button variant="primary" onClick={() => navigate("/trails/create")}>
          Create trail
        </Button>
      </SpaceBetween>
    </Box>
  );
}

function Trails({ status }: { status: Loaded<Status> }) {
  return (
    <Section title="Trails" loaded={status} actions={<PageLink to="/trails">View trails</PageLink>}>
      {({ Trails: trails }) =>
        trails.length === 0 ? (
          <FirstTrail />
        ) : (
          <Listing
            label="Health of trails"
            items={trails}
            trackBy="TrailARN"
            columns={{
              Name: (trail) => <PageLink to={trailHref(trail.TrailARN)}>{trail.Name}</PageLink>,
              Status: (trail) => <TrailStatus health={trail} />,
              "Last log file delivered": (trail) => time(trail.LatestDeliveryTime),
              "Last digest file": (trail) => time(trail.LatestDigestDeliveryTime),
            }}
          />
        )
      }
    </Section>
  );
}

function OpenInsights() {
  const { cloudtrail } = useSession();
  const insights = useLoad(
    async (signal) => (await listInsights(cloudtrail, INSIGHT_DAYS, signal)).filter(({ end }) => end === undefined),
    [cloudtrail],
    REFRESH_MS,
  );
  return (
    <Section
      title="Open insights"
      description="Unusual activity that started and has not ended."
      actions={<PageLink to="/insights">View insights</PageLink>}
      loaded={insights}
    >
      {(open) => (
        <Listing
          label="Open insights"
          items={open}
          trackBy="id"
          empty="Nothing unusual goes on. Insights are found for trails that have them enabled."
          columns={{
            "Event name": (insight) => <PageLink to={`/insights/${insight.id}`}>{insight.details.eventName || insight.id}</PageLink>,
            "Event source": ({ details }) => details.eventSource,
            "Insight type": ({ details }) =>
              `${TYPE_LABELS[details.insightType] ?? details.insightType}${details.errorCode ? ` (${details.errorCode})` : ""}`,
            Since: (insight) => time(insight.start),
          }}
        />
      )}
    </Section>
  );
}

function windowText(activity: Activity): string {
  const clock = (date: Date) => date.toISOString().slice(11, 16);
  const span = `${clock(activity.from)} to ${clock(activity.to)} (UTC)`;
  const events = `${count(activity.events)} events`;
  return activity.isCut ? `The newest ${events}: ${span}.` : `The last hour, ${span}: ${events}.`;
}

function Top({ title, attribute, rows, empty }: { title: string; attribute: string; rows: Ranked[]; empty: string }) {
  return (
    <Listing
      label={title}
      items={rows}
      trackBy="name"
      header={<Header variant="h3">{title}</Header>}
      empty={empty}
      columns={{
        [attribute === "Username" ? "User name" : "Error code"]: (row) => (
          <PageLink to={`${eventsHref([attribute, row.name])}&last=1-hour&category=Management&category=Data&category=NetworkActivity`}>
            {row.name}
          </PageLink>
        ),
        Events: (row) => count(row.count),
      }}
    />
  );
}

function LastHour() {
  const { cairn } = useSession();
  const activity = useLoad((signal) => loadActivity(cairn, signal), [cairn], REFRESH_MS);
  return (
    <Section
      title="Events a minute by source"
      description={activity.value && windowText(activity.value)}
      actions={<PageLink to="/events?last=1-hour&category=Management&category=Data&category=NetworkActivity">View events</PageLink>}
      loaded={activity}
    >
      {(value) => (
        <SpaceBetween size="l">
          <Suspense fallback={<Spinner />}>
            <ActivityChart activity={value} />
          </Suspense>
          <ColumnLayout columns={2}>
            <Top title="Top callers" attribute="Username" rows={value.callers} empty="Nobody called in this time." />
            <Top title="Top errors" attribute="ErrorCode" rows={value.errors} empty="No call failed in this time." />
          </ColumnLayout>
        </SpaceBetween>
      )}
    </Section>
  );
}

function Gaps() {
  const { cairn } = useSession();
  const gaps = useLoad((signal) => loadGaps(cairn, signal), [cairn], REFRESH_MS);
  return (
    <Section title="Gaps" description="Calls that were served and could not be recorded." loaded={gaps}>
      {(list) => (
        <Listing
          label="Gaps"
          items={list}
          trackBy="id"
          empty="No gaps are known."
          columns={{
            "Told at": (gap) => <PageLink to={`/events/${gap.id}`}>{time(gap.time)}</PageLink>,
            Gateway: (gap) => gap.entry,
            Events: (gap) => gap.count,
            Reason: (gap) => gap.reason,
          }}
        />
      )}
    </Section>
  );
}

function Gateways({ status }: { status: Loaded<Status> }) {
  return (
    <Section title="Gateways" description="Calls since the daemon started." loaded={status}>
      {({ Gateways: gateways }) => (
        <Listing
          label="Gateways"
          items={gateways}
          trackBy="Name"
          empty="No gateway is configured."
          columns={{
            Name: (gateway) => gateway.Name,
            Guarantee: (gateway) => gateway.Guarantee,
            Seen: (gateway) => count(gateway.Seen),
            Recorded: (gateway) => count(gateway.Recorded),
            "Not recorded": (gateway) => count(gateway.Gaps),
            Refused: (gateway) => count(gateway.Refused),
            "In flight": (gateway) => count(gateway.InFlight),
          }}
        />
      )}
    </Section>
  );
}

function Health({ status }: { status: Loaded<Status> }) {
  return (
    <Section title="Recording" description="What was taken in, and how far each reader of it is." loaded={status}>
      {(value) => (
        <SpaceBetween size="m">
          {value.Admission.Refusing && (
            <Alert type="error" header="New events are refused">
              Cairn cannot keep more events now. See that its disk has room, and its log.
            </Alert>
          )}
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Events in Event history", value: count(value.Events) },
              { label: "Admitted since the start", value: count(value.Admission.Admitted) },
              { label: "Refused since the start", value: count(value.Admission.Refused) },
              { label: "Size of Event history", value: bytes(value.HistoryBytes) },
              { label: "Size of the journal", value: bytes(value.JournalBytes) },
              { label: "Running since", value: time(value.StartTime) },
            ]}
          />
          <Listing
            label="Readers"
            items={value.Readers}
            trackBy="Name"
            empty="No reader is known."
            columns={{
              Reader: (reader) => reader.Name,
              Position: (reader) => count(reader.Position),
              "Events behind": (reader) => count(reader.Lag),
            }}
          />
        </SpaceBetween>
      )}
    </Section>
  );
}

export default function DashboardPage() {
  const { cairn } = useSession();
  const navigate = useNavigate();
  const status = useLoad((signal) => getStatus(cairn, signal), [cairn], REFRESH_MS);
  const isFirstRun = status.value?.Events === 0;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="This account in this region; refreshed every 30 seconds."
          actions={<Button onClick={() => navigate("/trails/create")}>Create trail</Button>}
        >
          Dashboard
        </Header>
      }
    >
      <SpaceBetween size="l">
        {isFirstRun && (
          <Alert type="info" header="Nothing was recorded yet">
            Load sample records with <code>cairn demo</code>, import log files with <code>cairn import</code>, or put a
            gateway in front of a service. Then create a trail.
          </Alert>
        )}
        <Trails status={status} />
        <OpenInsights />
        <LastHour />
        <Gaps />
        <Gateways status={status} />
        <Health status={status} />
      </SpaceBetween>
    </ContentLayout>
  );
}
