// SPDX-License-Identifier: Apache-2.0
// Whether a trail does what it is there for, in one line.
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TrailHealth } from "./status";

export function TrailStatus({ health }: { health: Omit<TrailHealth, "TrailARN" | "Name"> }) {
  const error = health.LatestDeliveryError ?? health.LatestDigestDeliveryError;
  if (error) return <StatusIndicator type="error">{error}</StatusIndicator>;
  return health.IsLogging ? (
    <StatusIndicator>Logging</StatusIndicator>
  ) : (
    <StatusIndicator type="stopped">Off</StatusIndicator>
  );
}
