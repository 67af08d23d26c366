// SPDX-License-Identifier: Apache-2.0
// One insight: how far from usual, when, by whom, and the calls behind it.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useParams } from "react-router-dom";
import { ProblemAlert } from "../errors";
import { count, time } from "../format";
import { useLoad } from "../load";
import { callsHref, InsightAttributions } from "../parts/insight-attributions";
import { InsightChart } from "../parts/insight-chart";
import { average, categoryOf, findInsight, type Insight, TYPE_LABELS } from "../parts/insights";
import { JsonView } from "../parts/json-view";
import { PageLink } from "../parts/page-link";
import { useSession } from "../session";

function minutes(value: number | undefined): string {
  return value === undefined ? "-" : `${count(value)} ${value === 1 ? "minute" : "minutes"}`;
}

function Details({ insight }: { insight: Insight }) {
  const { details } = insight;
  const { statistics } = details;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={<PageLink to={callsHref(insight)}>Calls behind it in Event history</PageLink>}
        >
          Details
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Event source", value: details.eventSource },
          { label: "Event name", value: details.eventName },
          { label: "Insight type", value: TYPE_LABELS[details.insightType] ?? String(details.insightType) },
          { label: "Error code", value: details.errorCode ?? "-" },
          {
            label: "State",
            value: (
              <StatusIndicator type={insight.end ? "stopped" : "warning"}>{insight.end ? "Ended" : "Open"}</StatusIndicator>
            ),
          },
          { label: "Source event category", value: categoryOf(details) },
          { label: "Insight start time", value: time(insight.start) },
          { label: "Insight end time", value: time(insight.end) },
          { label: "Insight duration", value: minutes(statistics.duration) },
          { label: "Insight average (a minute)", value: average(statistics.insight) },
          { label: "Baseline average (a minute)", value: average(statistics.baseline) },
          { label: "Baseline duration", value: minutes(statistics.baselineDuration) },
        ]}
      />
    </Container>
  );
}

export default function InsightPage() {
  const { eventId = "" } = useParams();
  const { cloudtrail, region } = useSession();
  const found = useLoad((signal) => findInsight(cloudtrail, eventId, signal), [cloudtrail, eventId]);
  const insight = found.value;
  return (
    <ContentLayout header={<Header variant="h1">{insight?.details.eventName ?? "Insight"}</Header>}>
      <SpaceBetween size="l">
        <ProblemAlert error={found.error} retry={found.reload} header="The insight could not be loaded" />
        {found.isLoading && !insight && <Spinner size="large" />}
        {insight === null && !found.isLoading && (
          <Container header={<Header variant="h2">There is no such insight</Header>}>
            No insight of this account in {region} has the event ID {eventId}. It may be of another region, or past its
            retention.
          </Container>
        )}
        {insight && (
          <>
            <Details insight={insight} />
            <InsightChart insight={insight} />
            <InsightAttributions insight={insight} />
            {insight.records.map((record, i) => (
              <ExpandableSection key={i} variant="container" headerText={`Insights event record ${i + 1}`}>
                <JsonView text={record} />
              </ExpandableSection>
            ))}
          </>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
