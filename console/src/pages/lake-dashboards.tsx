// SPDX-License-Identifier: Apache-2.0
// Dashboards of the Lake: the list, one of them (?id=), or the form for one (?create, ?id=...&edit).
import { CreateDashboardCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { DashboardEdit, DashboardForm } from "../parts/dashboard-form";
import { DashboardView } from "../parts/dashboard-view";
import { HIGHLIGHTS, listDashboards } from "../parts/dashboards";
import { idOf } from "../parts/lake";
import { PageLink } from "../parts/page-link";
import { useSession } from "../session";

function Highlights({ onDone }: { onDone: () => void }) {
  const { cloudtrail } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const enable = () => {
    setIsBusy(true);
    setError(null);
    const schedule = { Frequency: { Unit: "HOURS", Value: 6 }, Status: "ENABLED" } as const;
    cloudtrail
      .send(new CreateDashboardCommand({ Name: HIGHLIGHTS, RefreshSchedule: schedule }))
      .then(onDone)
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return (
    <>
      <ProblemAlert error={error} header="Highlights were not turned on" />
      <Alert
        type="info"
        header="Highlights"
        action={
          <Button loading={isBusy} onClick={enable}>
            Turn on Highlights
          </Button>
        }
      >
        A managed dashboard over all event data stores, refreshed every 6 hours.
      </Alert>
    </>
  );
}

function DashboardList() {
  const navigate = useNavigate();
  const { cloudtrail } = useSession();
  const found = useLoad((signal) => listDashboards(cloudtrail, signal), [cloudtrail]);
  const dashboards = found.value ?? [];
  const hasHighlights = dashboards.some((dashboard) => idOf(dashboard.DashboardArn) === HIGHLIGHTS);
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={found.error} retry={found.reload} header="Dashboards could not be loaded" />
      {found.value && !hasHighlights && <Highlights onDone={found.reload} />}
      <Table
        variant="full-page"
        items={dashboards}
        trackBy="DashboardArn"
        loading={found.isLoading && !found.value}
        loadingText="Loading dashboards"
        ariaLabels={{ tableLabel: "Dashboards" }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={found.value && `(${dashboards.length})`}
            description="What event data stores say, as charts."
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button iconName="refresh" ariaLabel="Refresh" onClick={found.reload} />
                <Button variant="primary" onClick={() => navigate("/lake/dashboards?create")}>
                  Create dashboard
                </Button>
              </SpaceBetween>
            }
          >
            Dashboards
          </Header>
        }
        empty={<Box textAlign="center">No dashboards.</Box>}
        columnDefinitions={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: ({ DashboardArn }) => (
              <PageLink to={`/lake/dashboards?id=${idOf(DashboardArn)}`}>{idOf(DashboardArn)}</PageLink>
            ),
          },
          {
            id: "type",
            header: "Type",
            cell: (dashboard) => (dashboard.Type === "MANAGED" ? "Managed by CloudTrail" : "Custom"),
          },
          { id: "arn", header: "ARN", cell: (dashboard) => dashboard.DashboardArn ?? "-" },
        ]}
      />
    </SpaceBetween>
  );
}

export default function LakeDashboardsPage() {
  const [address] = useSearchParams();
  const id = address.get("id");
  if (id) return address.has("edit") ? <DashboardEdit key={id} id={id} /> : <DashboardView key={id} id={id} />;
  return address.has("create") ? <DashboardForm /> : <DashboardList />;
}
