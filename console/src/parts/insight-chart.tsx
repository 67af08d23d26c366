// SPDX-License-Identifier: Apache-2.0
// The rate around an insight: the unusual span in a colour of its own, and the baseline's average as a line.
import AreaChart from "@cloudscape-design/components/area-chart";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";
import { type Insight, type Rates, readRates } from "./insights";

// Cloudscape's colours of charts, which are seen on light and dark alike.
const USUAL = "#688ae8";
const UNUSUAL = "#d63f38";
const BASELINE = "#8d99a8";

function clock(date: Date): string {
  return date.toISOString().slice(11, 16);
}

/** Two series that take turns: a point is of the span, or not. */
function seriesOf(rates: Rates) {
  const { from, to } = rates.span;
  const step = rates.period * 1000;
  const end = Math.max(to.getTime(), from.getTime() + step);
  const isUnusual = (time: Date) => time.getTime() + step > from.getTime() && time.getTime() < end;
  const points = (wanted: boolean) =>
    rates.times.map((x, i) => ({ x, y: isUnusual(x) === wanted ? (rates.values[i] ?? 0) : 0 }));
  return { usual: points(false), unusual: points(true) };
}

function Chart({ insight, rates }: { insight: Insight; rates: Rates }) {
  const { usual, unusual } = seriesOf(rates);
  const baseline = insight.details.statistics.baseline;
  const unit = insight.details.insightType === "ApiErrorRateInsight" ? "Errors per minute" : "Calls per minute";
  const first = rates.times[0];
  const last = rates.times[rates.times.length - 1];
  const threshold =
    baseline === undefined
      ? []
      : [{ type: "threshold" as const, title: "Baseline average", y: baseline, color: BASELINE }];
  return (
    <AreaChart
      series={[
        { type: "area", title: unit, data: usual, color: USUAL },
        { type: "area", title: "Unusual span", data: unusual, color: UNUSUAL },
        ...threshold,
      ]}
      xScaleType="time"
      xDomain={first && last ? [first, last] : undefined}
      height={300}
      hideFilter
      ariaLabel={`${unit} of ${insight.details.eventName}`}
      xTitle="Time (UTC)"
      yTitle={unit}
      i18nStrings={{ xTickFormatter: clock }}
      empty={<Box textAlign="center">No counts are kept of this time.</Box>}
    />
  );
}

export function InsightChart({ insight }: { insight: Insight }) {
  const { cloudtrail } = useSession();
  const rates = useLoad((signal) => readRates(cloudtrail, insight, signal), [cloudtrail, insight.sharedId, insight.end]);
  return (
    <Container
      header={
        <Header variant="h2" description="From two hours before the insight to one hour after it.">
          Rate
        </Header>
      }
    >
      <ProblemAlert error={rates.error} retry={rates.reload} header="The counts could not be loaded" />
      {rates.isLoading && !rates.value && <Spinner size="large" />}
      {rates.value && <Chart insight={insight} rates={rates.value} />}
    </Container>
  );
}
