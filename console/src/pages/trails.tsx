// SPDX-License-Identifier: Apache-2.0
// The trails of this account that are seen from this region.
import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useNavigate } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { arnName, time } from "../format";
import { useLoad } from "../load";
import { PageLink } from "../parts/page-link";
import { TrailStatus } from "../parts/trail-health";
import { trailHref } from "../parts/trail-link";
import { useSession } from "../session";

const REFRESH_MS = 30_000;

interface Row extends Trail {
  status?: GetTrailStatusCommandOutput;
}

async function loadTrails(cloudtrail: CloudTrailClient, abortSignal: AbortSignal): Promise<Row[]> {
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}), { abortSignal });
  const withStatus = async (trail: Trail): Promise<Row> => ({
    ...trail,
    status: await cloudtrail
      .send(new GetTrailStatusCommand({ Name: trail.TrailARN }), { abortSignal })
      .catch(() => undefined),
  });
  return Promise.all(trailList.map(withStatus));
}

const yesNo = (value: boolean | undefined) => (value ? "Yes" : "No");

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    sortingField: "Name",
    cell: (trail) => <PageLink to={trailHref(trail.TrailARN)}>{trail.Name}</PageLink>,
  },
  { id: "home", header: "Home region", sortingField: "HomeRegion", cell: (trail) => trail.HomeRegion },
  { id: "multi", header: "Multi-region trail", cell: (trail) => yesNo(trail.IsMultiRegionTrail) },
  {
    id: "insights",
    header: "Insights",
    cell: (trail) => (trail.HasInsightSelectors ? "Enabled" : "Disabled"),
  },
  {
    id: "bucket",
    header: "S3 bucket",
    sortingField: "S3BucketName",
    cell: (trail) => <PageLink to={trailHref(trail.TrailARN, "files")}>{trail.S3BucketName}</PageLink>,
  },
  { id: "prefix", header: "Log file prefix", cell: (trail) => trail.S3KeyPrefix ?? "-" },
  {
    id: "group",
    header: "CloudWatch Logs log group",
    cell: (trail) => (trail.CloudWatchLogsLogGroupArn ? arnName(trail.CloudWatchLogsLogGroupArn) : "-"),
  },
  {
    id: "status",
    header: "Status",
    cell: (trail) =>
      trail.status ? (
        <TrailStatus
          health={{
            IsLogging: trail.status.IsLogging ?? false,
            LatestDeliveryError: trail.status.LatestDeliveryError,
            LatestDigestDeliveryError: trail.status.LatestDigestDeliveryError,
          }}
        />
      ) : (
        "-"
      ),
  },
  { id: "delivered", header: "Last log file delivered", cell: (trail) => time(trail.status?.LatestDeliveryTime) },
];

function Empty({ onCreate }: { onCreate: () => void }) {
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">No trails</Box>
        <Box>
          A trail delivers the events of this account to an S3 bucket as log files, signed so that a change shows.
        </Box>
        <Button onClick={onCreate}>Create trail</Button>
      </SpaceBetween>
    </Box>
  );
}

export default function TrailsPage() {
  const navigate = useNavigate();
  const { cloudtrail } = useSession();
  const trails = useLoad((signal) => loadTrails(cloudtrail, signal), [cloudtrail], REFRESH_MS);
  const create = () => navigate("/trails/create");
  const { items, filterProps, collectionProps, actions } = useCollection(trails.value ?? [], {
    filtering: {
      empty: trails.error ? "The trails are not known." : <Empty onCreate={create} />,
      noMatch: <Button onClick={() => actions.setFiltering("")}>Clear filter</Button>,
      fields: ["Name", "HomeRegion", "S3BucketName", "S3KeyPrefix", "TrailARN"],
    },
    sorting: {},
  });
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={trails.error} retry={trails.reload} header="Trails could not be loaded" />
      <Table
        {...collectionProps}
        variant="full-page"
        stickyHeader
        items={items}
        trackBy="TrailARN"
        columnDefinitions={COLUMNS}
        loading={trails.isLoading && !trails.value}
        loadingText="Loading trails"
        ariaLabels={{ tableLabel: "Trails" }}
        header={
          <Header
            variant="awsui-h1-sticky"
            counter={trails.value && `(${trails.value.length})`}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button iconName="refresh" ariaLabel="Refresh" onClick={trails.reload} />
                <Button variant="primary" onClick={create}>
                  Create trail
                </Button>
              </SpaceBetween>
            }
          >
            Trails
          </Header>
        }
        filter={
          <TextFilter {...filterProps} filteringPlaceholder="Find trails" filteringAriaLabel="Find trails" />
        }
      />
    </SpaceBetween>
  );
}
