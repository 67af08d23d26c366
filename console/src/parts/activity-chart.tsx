// SPDX-License-Identifier: Apache-2.0
// Events a minute, by their sources.
import Box from "@cloudscape-design/components/box";
import MixedLineBarChart from "@cloudscape-design/components/mixed-line-bar-chart";
import type { Activity } from "./overview";

const clock = (date: Date) => date.toISOString().slice(11, 16);

export function ActivityChart({ activity }: { activity: Activity }) {
  const { series } = activity;
  const minutes = series[0]?.values.map(({ minute }) => clock(minute)) ?? [];
  const most = Math.max(1, ...minutes.map((_, i) => series.reduce((sum, one) => sum + (one.values[i]?.count ?? 0), 0)));
  return (
    <MixedLineBarChart
      series={series.map(({ title, values }) => ({
        title,
        type: "bar" as const,
        data: values.map(({ minute, count }) => ({ x: clock(minute), y: count })),
      }))}
      xDomain={minutes}
      yDomain={[0, most]}
      xScaleType="categorical"
      stackedBars
      hideFilter
      height={220}
      xTitle="Time (UTC)"
      yTitle="Events a minute"
      ariaLabel="Events a minute by source"
      xTickFormatter={(minute: string) => (minute.endsWith("0") || minute.endsWith("5") ? minute : "")}
      i18nStrings={{
        legendAriaLabel: "Event sources",
        chartAriaRoleDescription: "bar chart",
        xAxisAriaRoleDescription: "time axis",
        yAxisAriaRoleDescription: "events axis",
        detailPopoverDismissAriaLabel: "Close",
      }}
      empty={<Box textAlign="center">No events in this time.</Box>}
    />
  );
}
