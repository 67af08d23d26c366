// SPDX-License-Identifier: Apache-2.0
// Event history: every event of this account and region, newest first; several filters at once, paging without
// end, live tail, download.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import DateRangePicker from "@cloudscape-design/components/date-range-picker";
import Header from "@cloudscape-design/components/header";
import Multiselect from "@cloudscape-design/components/multiselect";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { useCallback, useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { csv, download } from "../format";
import { COLUMN_OPTIONS, eventColumns, eventRows, SHOWN_AT_FIRST } from "../parts/event-columns";
import {
  CATEGORIES,
  type Filters,
  filtersOf,
  fromTokens,
  isAtFirst,
  OPTIONS,
  PROPERTIES,
  queryOf,
  RELATIVE,
  tokensOf,
} from "../parts/event-filters";
import { type Events, useEvents, useTail } from "../parts/event-list";
import { useRowWindow } from "../parts/row-window";

const DATE_WORDS = {
  todayAriaLabel: "Today",
  nextMonthAriaLabel: "Next month",
  previousMonthAriaLabel: "Previous month",
  customRelativeRangeDurationLabel: "Duration",
  customRelativeRangeDurationPlaceholder: "Enter duration",
  customRelativeRangeOptionLabel: "Custom range",
  customRelativeRangeOptionDescription: "Set a custom range in the past",
  customRelativeRangeUnitLabel: "Unit of time",
  formatRelativeRange: (range: { amount: number; unit: string }) =>
    `Last ${range.amount} ${range.unit}${range.amount === 1 ? "" : "s"}`,
  formatUnit: (unit: string, value: number) => (value === 1 ? unit : `${unit}s`),
  dateTimeConstraintText: "Times are UTC, as 24 hours.",
  relativeModeTitle: "Relative range",
  absoluteModeTitle: "Absolute range",
  relativeRangeSelectionHeading: "Choose a range",
  startDateLabel: "Start date",
  endDateLabel: "End date",
  startTimeLabel: "Start time",
  endTimeLabel: "End time",
  clearButtonLabel: "Clear",
  cancelButtonLabel: "Cancel",
  applyButtonLabel: "Apply",
};

function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  return (
    <SpaceBetween size="s" direction="horizontal">
      <div style={{ minWidth: "min(420px, 80vw)" }}>
        <PropertyFilter
          query={{ tokens: tokensOf(filters.tokens), operation: "and" }}
          onChange={(event) => onChange({ ...filters, tokens: fromTokens(event.detail.tokens) })}
          filteringProperties={PROPERTIES}
          filteringOptions={OPTIONS}
          hideOperations
          filteringPlaceholder="Filter by attribute"
          filteringAriaLabel="Filter events"
          i18nStrings={{ clearFiltersText: "Clear filters", applyActionText: "Apply", cancelActionText: "Cancel" }}
          virtualScroll
        />
      </div>
      <DateRangePicker
        value={filters.range}
        onChange={(event) => onChange({ ...filters, range: event.detail.value })}
        relativeOptions={RELATIVE}
        isValidRange={(range) =>
          range?.type === "absolute" && (!range.startDate || !range.endDate || range.startDate >= range.endDate)
            ? { valid: false, errorMessage: "The end must be after the start." }
            : { valid: true }
        }
        timeOffset={0}
        getTimeOffset={() => 0}
        placeholder="Filter by date and time"
        i18nStrings={DATE_WORDS}
      />
      <Multiselect
        selectedOptions={filters.categories.map((value) => ({ value, label: value }))}
        onChange={(event) =>
          onChange({ ...filters, categories: event.detail.selectedOptions.map((option) => option.value ?? "") })
        }
        options={CATEGORIES.map((value) => ({ value, label: value }))}
        placeholder="Categories"
        ariaLabel="Categories"
        hideTokens
      />
    </SpaceBetween>
  );
}

function Empty({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const isFiltered = filters.tokens.length > 0 || filters.range !== null;
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">{isFiltered ? "No matches" : "No events"}</Box>
        {isAtFirst(filters) && (
          <Box>
            {isFiltered ? "Nothing that changes something" : "Nothing"} was recorded in this account and region yet. Load
            sample records with <code>cairn demo</code>, import log files with <code>cairn import</code>, or put a gateway
            in front of a service.
          </Box>
        )}
        {isFiltered && <Button onClick={onClear}>Clear filters</Button>}
      </SpaceBetween>
    </Box>
  );
}

interface HeadProperties {
  events: Events;
  isLive: boolean;
  onLive: (isLive: boolean) => void;
}

function Head({ events, isLive, onLive }: HeadProperties) {
  const save = (id: string) => {
    if (id === "csv") download("event_history.csv", "text/csv", csv(eventRows(events.items)));
    else
      download(
        "event_history.json",
        "application/json",
        `{"Records":[${events.items.map((event) => event.CloudTrailEvent).join(",\n")}]}\n`,
      );
  };
  return (
    <Header
      variant="awsui-h1-sticky"
      counter={`(${events.items.length.toLocaleString("en-US")}${events.hasMore || events.isCut ? "+" : ""})`}
      description="What was recorded in this account and region, newest first."
      actions={
        <SpaceBetween size="xs" direction="horizontal" alignItems="center">
          <Toggle checked={isLive} onChange={(event) => onLive(event.detail.checked)}>
            Live tail
          </Toggle>
          <Button iconName="refresh" ariaLabel="Refresh" onClick={events.reload} />
          <ButtonDropdown
            items={[
              { id: "csv", text: "Download as CSV" },
              { id: "json", text: "Download as JSON" },
            ]}
            disabled={events.items.length === 0}
            onItemClick={(event) => save(event.detail.id)}
          >
            Download events
          </ButtonDropdown>
        </SpaceBetween>
      }
    >
      Event history
    </Header>
  );
}

type Display = readonly CollectionPreferencesProps.ContentDisplayItem[];

function Preferences({ display, onChange }: { display: Display; onChange: (display: Display) => void }) {
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{ contentDisplay: display }}
      onConfirm={(event) => onChange(event.detail.contentDisplay ?? display)}
      contentDisplayPreference={{
        title: "Columns",
        description: "Choose columns and their order.",
        options: COLUMN_OPTIONS,
      }}
    />
  );
}

function Foot({ events }: { events: Events }) {
  return (
    <Box textAlign="center">
      <div ref={events.endRef}>
        {events.hasMore ? (
          <Button loading={events.isLoading} onClick={events.more}>
            Load more
          </Button>
        ) : (
          events.items.length > 0 && (
            <StatusIndicator type="info">
              {events.isCut ? "Older events were let go while tailing: refresh to load them." : "These are all events."}
            </StatusIndicator>
          )
        )}
      </div>
    </Box>
  );
}

export default function EventsPage() {
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const filters = useMemo(() => filtersOf(query), [query]);
  const isLive = query.get("tail") === "on";
  const events = useEvents(filters);
  const tail = useTail(filters, isLive, events.add);
  const rows = useRowWindow(events.items.length);
  const [display, setDisplay] = useState<Display>(() => [
    ...SHOWN_AT_FIRST,
    ...COLUMN_OPTIONS.slice(SHOWN_AT_FIRST.length).map(({ id }) => ({ id, visible: false })),
  ]);
  const columns = useMemo(() => eventColumns(navigate), [navigate]);
  const change = useCallback(
    (next: Filters, live: boolean) => {
      const text = queryOf(next);
      if (live) text.set("tail", "on");
      setQuery(text);
    },
    [setQuery],
  );
  // These stay as they are while the rows move by.
  const filter = useMemo(
    () => <FilterBar filters={filters} onChange={(next) => change(next, isLive)} />,
    [filters, change, isLive],
  );
  const preferences = useMemo(() => <Preferences display={display} onChange={setDisplay} />, [display]);
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={events.error} retry={events.reload} header="Events could not be loaded" />
      <ProblemAlert error={tail.error} header="Live tail stopped" />
      <div ref={rows.ref} className="row-window">
        <Table
          variant="full-page"
          stickyHeader
          trackBy="Position"
          items={events.items.slice(rows.first, rows.end)}
          firstIndex={rows.first + 1}
          totalItemsCount={events.hasMore ? undefined : events.items.length}
          columnDefinitions={columns}
          columnDisplay={display}
          loading={events.isLoading && events.items.length === 0}
          loadingText="Loading events"
          resizableColumns
          ariaLabels={{ tableLabel: "Events" }}
          header={<Head events={events} isLive={isLive} onLive={(live) => change(filters, live)} />}
          filter={filter}
          preferences={preferences}
          empty={<Empty filters={filters} onClear={() => change({ ...filters, tokens: [], range: null }, isLive)} />}
          footer={<Foot events={events} />}
        />
      </div>
    </SpaceBetween>
  );
}
