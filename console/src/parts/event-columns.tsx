// SPDX-License-Identifier: Apache-2.0
// Columns of Event history.
import type { CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import type { NavigateFunction } from "react-router-dom";
import type { EventRecord } from "../cairn";
import { time } from "../format";

interface Column {
  id: string;
  label: string;
  width: number; // px, until somebody drags it
  text: (event: EventRecord) => string | undefined;
}

const COLUMNS: Column[] = [
  { id: "eventName", label: "Event name", width: 200, text: (event) => event.EventName },
  { id: "eventTime", label: "Event time", width: 215, text: (event) => time(event.EventTime) },
  { id: "userName", label: "User name", width: 160, text: (event) => event.Username },
  { id: "eventSource", label: "Event source", width: 210, text: (event) => event.EventSource },
  { id: "resourceType", label: "Resource type", width: 190, text: (event) => joined(event, "ResourceType") },
  { id: "resourceName", label: "Resource name", width: 230, text: (event) => joined(event, "ResourceName") },
  { id: "awsAccessKey", label: "AWS access key", width: 210, text: (event) => event.AccessKeyId },
  { id: "sourceIpAddress", label: "Source IP address", width: 180, text: (event) => event.SourceIPAddress },
  { id: "errorCode", label: "Error code", width: 210, text: (event) => event.ErrorCode },
  { id: "readOnly", label: "Read-only", width: 110, text: (event) => event.ReadOnly },
  { id: "eventId", label: "Event ID", width: 320, text: (event) => event.EventId },
  { id: "awsRegion", label: "AWS region", width: 130, text: (event) => event.AwsRegion },
  { id: "userArn", label: "User ARN", width: 340, text: (event) => event.UserArn },
  { id: "category", label: "Category", width: 140, text: (event) => event.EventCategory },
  { id: "arrival", label: "Arrived", width: 215, text: (event) => time(event.ArrivalTime) },
  { id: "door", label: "Came by", width: 170, text: (event) => `${event.Door} (${event.Witnessed ? "witnessed" : "claimed"})` },
];

export const SHOWN_AT_FIRST = COLUMNS.slice(0, 6).map(({ id }) => ({ id, visible: true }));

function joined(event: EventRecord, member: "ResourceType" | "ResourceName"): string | undefined {
  const texts = event.Resources.map((resource) => resource[member]).filter(Boolean);
  return texts.length > 3 ? `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more` : texts.join(", ") || undefined;
}

export function eventColumns(navigate: NavigateFunction): TableProps.ColumnDefinition<EventRecord>[] {
  return COLUMNS.map(({ id, label, width, text }) => ({
    id,
    header: label,
    width,
    minWidth: 90,
    isRowHeader: id === "eventName",
    cell: (event) =>
      id === "eventName" ? (
        <Link
          href={`/console/events/${encodeURIComponent(event.EventId)}`}
          onFollow={(follow) => {
            follow.preventDefault();
            navigate(`/events/${encodeURIComponent(event.EventId)}`);
          }}
        >
          {event.EventName}
        </Link>
      ) : (
        (text(event) ?? "-")
      ),
  }));
}

export const COLUMN_OPTIONS: CollectionPreferencesProps.ContentDisplayOption[] = COLUMNS.map(({ id, label }) => ({
  id,
  label,
  alwaysVisible: id === "eventName",
}));

/** For downloads: the head and a row for each event. */
export function eventRows(events: EventRecord[]): (string | undefined)[][] {
  return [COLUMNS.map(({ label }) => label), ...events.map((event) => COLUMNS.map(({ text }) => text(event)))];
}
