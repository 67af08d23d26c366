// SPDX-License-Identifier: Apache-2.0
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { STORE_STATUS } from "./lake";

export function StoreStatus({ status }: { status: string | undefined }) {
  const { type, text } = STORE_STATUS[status ?? ""] ?? { type: "pending" as const, text: status ?? "-" };
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}
