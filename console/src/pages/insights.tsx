// SPDX-License-Identifier: Apache-2.0
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";

export default function InsightsPage() {
  return <ContentLayout header={<Header variant="h1">Insights</Header>}>Not built yet.</ContentLayout>;
}
