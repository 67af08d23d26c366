// SPDX-License-Identifier: Apache-2.0
// One event: its fields, its record as it is kept, and the ways to everything that shares a field with it.
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useParams } from "react-router-dom";
import type { EventRecord } from "../cairn";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { CATEGORIES, eventsHref } from "../parts/event-filters";
import { JsonView } from "../parts/json-view";
import { PageLink } from "../parts/page-link";
import { SessionTimeline } from "../parts/session-timeline";
import { useSession } from "../session";

/** A value that leads to all events that have it. */
function shared(attribute: string, value: string | undefined): ReactNode {
  return value ? <PageLink to={eventsHref([attribute, value])}>{value}</PageLink> : "-";
}

function Fields({ event }: { event: EventRecord }) {
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Event time", value: time(event.EventTime) },
          { label: "User name", value: shared("Username", event.Username) },
          { label: "Event name", value: shared("EventName", event.EventName) },
          { label: "Event source", value: shared("EventSource", event.EventSource) },
          { label: "AWS access key", value: shared("AccessKeyId", event.AccessKeyId) },
          { label: "Source IP address", value: shared("SourceIPAddress", event.SourceIPAddress) },
          { label: "User ARN", value: shared("UserArn", event.UserArn) },
          { label: "Error code", value: shared("ErrorCode", event.ErrorCode) },
          { label: "Read-only", value: event.ReadOnly ?? "-" },
          { label: "Event ID", value: event.EventId },
          { label: "AWS region", value: event.AwsRegion },
          { label: "Category", value: event.EventCategory },
          { label: "Arrived", value: time(event.ArrivalTime) },
          {
            label: "How it came",
            value: (
              <StatusIndicator type={event.Witnessed ? "success" : "info"}>
                {event.Witnessed ? "Witnessed by Cairn" : `Claimed by ${event.Principal ?? "a sender"}`} ({event.Door})
              </StatusIndicator>
            ),
          },
          { label: "Position in the journal", value: event.Position },
        ]}
      />
    </Container>
  );
}

function Resources({ event }: { event: EventRecord }) {
  return (
    <Table
      header={
        <Header variant="h2" counter={`(${event.Resources.length})`}>
          Resources referenced
        </Header>
      }
      items={event.Resources}
      ariaLabels={{ tableLabel: "Resources referenced" }}
      empty={<Box textAlign="center">The event names no resource.</Box>}
      columnDefinitions={[
        { id: "type", header: "Resource type", cell: (resource) => shared("ResourceType", resource.ResourceType) },
        {
          id: "name",
          header: "Resource name",
          isRowHeader: true,
          cell: (resource) => shared("ResourceName", resource.ResourceName),
        },
      ]}
    />
  );
}

export default function EventPage() {
  const { eventId = "" } = useParams();
  const { cairn, region } = useSession();
  const found = useLoad(
    (signal) => cairn.search({ Filters: [{ Name: "EventId", Value: eventId }], Categories: CATEGORIES }, signal),
    [eventId],
  );
  const event = found.value?.Events[0];
  return (
    <ContentLayout header={<Header variant="h1">{event?.EventName ?? "Event"}</Header>}>
      <SpaceBetween size="l">
        <ProblemAlert error={found.error} retry={found.reload} header="The event could not be loaded" />
        {found.isLoading && !event && <Spinner size="large" />}
        {found.value && !event && (
          <Container header={<Header variant="h2">There is no such event</Header>}>
            No event of this account in {region} has the ID {eventId}. It may be of another region, or past its retention.
          </Container>
        )}
        {event && (
          <>
            <Fields event={event} />
            <ColumnLayout columns={1}>
              <Resources event={event} />
            </ColumnLayout>
            <SessionTimeline event={event} />
            <Container
              header={
                <Header variant="h2" description="As it is kept, byte for byte; only line breaks are added.">
                  Event record
                </Header>
              }
            >
              <JsonView text={event.CloudTrailEvent} />
            </Container>
          </>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
