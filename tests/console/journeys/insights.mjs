// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from "node:assert";

export async function insightsAreEnabledOnATrail(visit) {
  const { trail } = await visit.ask("known");
  const page = await visit.enter(`/trails/detail?${new URLSearchParams({ arn: trail })}`);
  await visit.settled();
  await page.getByRole("button", { name: /Edit insights events/i }).click();
  await page.getByRole("checkbox", { name: /Insights/ }).first().click({ force: true });
  await page.getByRole("checkbox", { name: "API error rate" }).click({ force: true });
  await page.getByRole("button", { name: /^Save/ }).click();
  await page.getByRole("button", { name: /Edit insights events/i }).waitFor();
  const { InsightSelectors } = await visit.ask("call", { operation: "GetInsightSelectors", parameters: { TrailName: trail } });
  assert.deepEqual(InsightSelectors.map((one) => one.InsightType), ["ApiCallRateInsight"]);
}

export async function anInsightIsFoundAndOpened(visit) {
  await visit.ask("known");
  const page = await visit.enter("/insights");
  const list = page.getByRole("table", { name: "Insights" });
  const opened = list.getByRole("row").filter({ hasText: "Ended" }).filter({ hasText: "41.5" });
  await opened.getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "RunInstances" }).waitFor();
  await page.getByText(/assumed-role\/Deployer/).first().waitFor();
  await page.getByText("41.5").first().waitFor();
  await page.getByRole("link", { name: /Calls behind it/ }).click();
  await page.waitForURL(/\/events\?.*EventName=RunInstances/);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "RunInstances" }).waitFor();
}

export async function anInsightThatIsNoneIsToldSo(visit) {
  const page = await visit.enter("/insights/7d2f6c52-0000-4d0b-9d64-000000000000");
  await page.getByText("There is no such insight").waitFor();
}

export async function aFilterThatFindsNoInsightSaysSo(visit) {
  await visit.ask("known");
  const page = await visit.enter("/insights?text=nothing");
  await page.getByText("No matches").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("link", { name: "RunInstances" }).first().waitFor();
}

export async function anInsightOfDataEventsIsListedAndOpened(visit) {
  await visit.ask("known");
  const page = await visit.enter("/insights?category=Data");
  const list = page.getByRole("table", { name: "Insights" });
  await list.getByRole("link", { name: "GetObject" }).waitFor();
  assert.equal(await list.getByRole("link", { name: "RunInstances" }).count(), 0);
  await list.getByRole("link", { name: "GetObject" }).click();
  await page.getByRole("heading", { level: 1, name: "GetObject" }).waitFor();
  await page.getByText("Data events").first().waitFor();
  await page.getByRole("link", { name: /Calls behind it/ }).click();
  await page.waitForURL(/\/events\?.*category=Data/);
}

/** An archive may bring an insight whose members are of any form. */
export async function anInsightOfOddFormIsShownAsFarAsItGoes(visit) {
  await visit.ask("known");
  const page = await visit.enter("/insights?text=OddOne");
  await page.getByRole("table", { name: "Insights" }).getByRole("link", { name: "OddOne" }).click();
  await page.getByRole("heading", { level: 1, name: "OddOne" }).waitFor();
  await page.getByText("The insight names none.").waitFor();
  await visit.go("/dashboard");
  await page.getByRole("table", { name: "Open insights" }).getByRole("link", { name: "OddOne" }).waitFor();
}
