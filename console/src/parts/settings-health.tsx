// SPDX-License-Identifier: Apache-2.0
// What GetStatus says of gateway entries, and of Cairn itself. Both are set by configuration, and read only here.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { ProblemAlert } from "../errors";
import { bytes, count, time } from "../format";
import { type Loaded, useLoad } from "../load";
import { useSession } from "../session";
import { getStatus, type Status } from "./status";

const EVERY_MS = 5000;

export function useStatus(): Loaded<Status> {
  const { cairn } = useSession();
  return useLoad((signal) => getStatus(cairn, signal), [cairn], EVERY_MS);
}

export function GatewayTab({ status }: { status: Loaded<Status> }) {
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={status.error} retry={status.reload} header="The status could not be loaded" />
      <Table
        items={status.value?.Gateways ?? []}
        trackBy="Name"
        loading={status.isLoading && !status.value}
        loadingText="Loading gateway entries"
        ariaLabels={{ tableLabel: "Gateway entries" }}
        header={
          <Header description="Set by --gateway or the configuration file, counted since the start.">Gateway entries</Header>
        }
        empty={
          <Box textAlign="center">
            No gateway entries. Start Cairn with <code>--gateway HOST:PORT=URL</code> to record the calls to a service.
          </Box>
        }
        columnDefinitions={[
          { id: "name", header: "Name", isRowHeader: true, cell: (entry) => entry.Name },
          { id: "listen", header: "Listens at", cell: (entry) => entry.Listen },
          { id: "upstream", header: "Upstream", cell: (entry) => entry.Upstream },
          { id: "guarantee", header: "Guarantee", cell: (entry) => entry.Guarantee },
          { id: "seen", header: "Calls seen", cell: (entry) => count(entry.Seen) },
          { id: "recorded", header: "Recorded", cell: (entry) => count(entry.Recorded) },
          {
            id: "gaps",
            header: "Gaps",
            cell: (entry) => (
              <StatusIndicator type={entry.Gaps > 0 ? "warning" : "success"}>{count(entry.Gaps)}</StatusIndicator>
            ),
          },
          { id: "refused", header: "Refused", cell: (entry) => count(entry.Refused) },
          { id: "flight", header: "In flight", cell: (entry) => count(entry.InFlight) },
        ]}
      />
    </SpaceBetween>
  );
}

function Readers({ status }: { status: Status }) {
  return (
    <Table
      items={status.Readers}
      trackBy="Name"
      ariaLabels={{ tableLabel: "Readers of the journal" }}
      header={
        <Header description="Each reads the journal at its own pace; a lag that grows is worth a look.">
          Readers of the journal
        </Header>
      }
      empty={<Box textAlign="center">No readers.</Box>}
      columnDefinitions={[
        { id: "name", header: "Reader", isRowHeader: true, cell: (reader) => reader.Name },
        { id: "position", header: "Position", cell: (reader) => count(reader.Position) },
        {
          id: "lag",
          header: "Events behind",
          cell: (reader) => (
            <StatusIndicator type={reader.Lag > 0 ? "in-progress" : "success"}>{count(reader.Lag)}</StatusIndicator>
          ),
        },
      ]}
    />
  );
}

function Facts({ status }: { status: Status }) {
  const { account, region, arn, endpoint } = useSession();
  return (
    <Container header={<Header variant="h2">About this Cairn</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Version", value: status.Version },
          {
            label: "Health",
            value: status.Admission.Refusing ? (
              <StatusIndicator type="error">Refusing events</StatusIndicator>
            ) : (
              <StatusIndicator type="success">Taking events</StatusIndicator>
            ),
          },
          { label: "Started", value: time(status.StartTime) },
          { label: "Endpoint", value: endpoint },
          { label: "Region", value: region },
          { label: "Account", value: account },
          { label: "Signed in as", value: arn },
          { label: "Events", value: count(status.Events) },
          { label: "Position of the journal", value: count(status.JournalPosition) },
          { label: "Size of the history", value: bytes(status.HistoryBytes) },
          { label: "Size of the journal", value: bytes(status.JournalBytes) },
          { label: "Admitted since the start", value: count(status.Admission.Admitted) },
          { label: "Duplicates", value: count(status.Admission.Duplicates) },
          { label: "Refused", value: count(status.Admission.Refused) },
          { label: "Waiting to be admitted", value: bytes(status.Admission.QueuedBytes) },
          {
            label: "Software of others in the console",
            value: (
              <Link href="/console/licenses.txt" external>
                Licenses
              </Link>
            ),
          },
        ]}
      />
    </Container>
  );
}

export function AboutTab({ status }: { status: Loaded<Status> }) {
  return (
    <SpaceBetween size="l">
      <ProblemAlert error={status.error} retry={status.reload} header="The status could not be loaded" />
      {status.isLoading && !status.value && <Spinner size="large" />}
      {status.value?.Admission.Refusing && (
        <Alert type="error" header="Events are refused">
          The disk is full or damaged. The daemon's log says which.
        </Alert>
      )}
      {status.value && <Facts status={status.value} />}
      {status.value && <Readers status={status.value} />}
    </SpaceBetween>
  );
}
