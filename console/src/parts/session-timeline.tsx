// SPDX-License-Identifier: Apache-2.0
// What the same access key (or else the same user) did around an event.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { EventRecord, Filter, SearchResponse } from "../cairn";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { eventsHref } from "./event-filters";
import { PageLink } from "./page-link";

const AROUND_SECONDS = 30 * 60;
const SHOWN_MAX = 100;

function sessionFilter(event: EventRecord): Filter | undefined {
  if (event.AccessKeyId) return { Name: "AccessKeyId", Value: event.AccessKeyId };
  if (event.UserArn) return { Name: "UserArn", Value: event.UserArn };
  return event.Username ? { Name: "Username", Value: event.Username } : undefined;
}

export function SessionTimeline({ event }: { event: EventRecord }) {
  const { cairn } = useSession();
  const filter = sessionFilter(event);
  const found = useLoad(
    async (signal): Promise<SearchResponse> =>
      filter
        ? cairn.search(
            {
              Filters: [filter],
              StartTime: Math.floor(event.EventTime) - AROUND_SECONDS,
              EndTime: Math.ceil(event.EventTime) + AROUND_SECONDS,
              Categories: ["Management", "Data", "NetworkActivity"],
              MaxResults: SHOWN_MAX,
            },
            signal,
          )
        : { Events: [] },
    [event.EventId, filter?.Value],
  );
  if (!filter) return null;
  const events = found.value?.Events ?? [];
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={found.value && `(${events.length}${found.value.NextToken ? "+" : ""})`}
          description="What the same access key or user did from half an hour before to half an hour after."
          actions={<PageLink to={eventsHref([filter.Name, filter.Value])}>All of it in Event history</PageLink>}
        >
          Session
        </Header>
      }
    >
      <ProblemAlert error={found.error} retry={found.reload} />
      <Table
        variant="embedded"
        items={events}
        trackBy="Position"
        loading={found.isLoading && !found.value}
        loadingText="Loading the session"
        selectedItems={events.filter((other) => other.EventId === event.EventId)}
        ariaLabels={{ tableLabel: "Session" }}
        empty={<Box textAlign="center">Nothing else is known of this session.</Box>}
        columnDefinitions={[
          { id: "time", header: "Event time", cell: (other) => time(other.EventTime) },
          {
            id: "name",
            header: "Event name",
            isRowHeader: true,
            cell: (other) =>
              other.EventId === event.EventId ? (
                <Box variant="strong">{other.EventName} (this event)</Box>
              ) : (
                <PageLink to={`/events/${encodeURIComponent(other.EventId)}`}>{other.EventName}</PageLink>
              ),
          },
          { id: "source", header: "Event source", cell: (other) => other.EventSource },
          { id: "resource", header: "Resource", cell: (other) => other.Resources[0]?.ResourceName ?? "-" },
          { id: "error", header: "Error code", cell: (other) => other.ErrorCode ?? "-" },
        ]}
      />
    </Container>
  );
}
