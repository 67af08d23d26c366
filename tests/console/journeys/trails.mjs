// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from "node:assert";

const FILES_WAIT_MS = 60_000; // delivery is every second here, a digest every few

async function fillWizard(visit, name, bucket) {
  const { page } = visit;
  await page.getByRole("textbox", { name: "Trail name" }).fill(name);
  await page.getByRole("textbox", { name: /bucket/ }).first().fill(bucket);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Choose log events" }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("heading", { name: "Review and create" }).waitFor();
}

export async function theWizardSaysWhatIsMissing(visit) {
  const page = await visit.enter("/trails/create");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Use 3 to 128 characters.").first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "Choose log events" }).count(), 0);
}

/** The wizard's last step; what only the server knows comes back under AWS's name. */
async function refusedAtTheEnd(visit, name, bucket, error) {
  await fillWizard(visit, name, bucket);
  await visit.refused(async () => {
    await visit.page.getByRole("button", { name: "Create trail" }).click();
    await visit.page.getByText(error).first().waitFor();
  });
}

export async function aNameThatIsTakenIsRefusedByName(visit) {
  await visit.ask("known");
  await visit.enter("/trails/create");
  await refusedAtTheEnd(visit, "kept", "another-bucket-of-logs", "TrailAlreadyExistsException");
}

export async function aBucketNameThatIsNoneIsRefused(visit) {
  const page = await visit.enter("/trails/create");
  await page.getByRole("textbox", { name: "Trail name" }).fill("badly");
  await page.getByRole("textbox", { name: /bucket/ }).first().fill("No_Bucket");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Use 3 to 63 lower-case letters").waitFor();
  await refusedAtTheEnd(visit, "badly", "two..dots", "InvalidBucketName");
}

export async function aTrailIsMadeByWizardAndItsFilesAreSeen(visit) {
  const page = await visit.enter("/trails/create");
  await fillWizard(visit, "wizard-made", "wizard-made-logs");
  await page.getByRole("button", { name: "Create trail" }).click();
  await page.getByText("Trail wizard-made created").waitFor();
  await visit.ask("send", { name: "ForTheTrail" });
  const [trail] = (await visit.ask("call", { operation: "DescribeTrails", parameters: { trailNameList: ["wizard-made"] } })).trailList;
  await visit.ask("delivered", { trail: trail.TrailARN, bucket: trail.S3BucketName });
  await visit.go(`/trails/detail?${new URLSearchParams({ arn: trail.TrailARN, tab: "files" })}`);
  await page.getByRole("table", { name: "Files of the trail" }).getByRole("link").first().click();
  await page.waitForURL(/file=/);
  await page.getByText("ForTheTrail").first().waitFor();
  await page.goBack();
  await page.getByRole("table", { name: "Files of the trail" }).waitFor();
}

async function validate(visit, trail) {
  const page = await visit.enter(`/trails/detail?${new URLSearchParams({ arn: trail, tab: "validation" })}`);
  await page.getByRole("button", { name: "Validate" }).click();
  await page.getByText("Log files valid").waitFor({ timeout: FILES_WAIT_MS });
  return page;
}

export async function anIntactChainIsValidAndAnAlteredOneIsNot(visit) {
  const { trail } = await visit.ask("known");
  await visit.ask("send", { name: "ForTheChain" });
  const { files } = await visit.ask("digested", { trail, bucket: "kept-logs" });
  assert.ok(files > 0);
  let page = await validate(visit, trail);
  assert.equal(await page.getByRole("table", { name: "Findings" }).count(), 0);
  const altered = await visit.ask("alter", { bucket: "kept-logs" });
  page = await validate(visit, trail);
  const finding = page.getByRole("table", { name: "Findings" }).getByRole("row").filter({ hasText: altered });
  await finding.waitFor();
  await visit.settled();
  assert.deepEqual(await visit.barriers(), []);
}

export async function aTrailIsDeletedOnlyByItsTypedName(visit) {
  await visit.ask("call", { operation: "CreateTrail", parameters: { Name: "short-lived", S3BucketName: "kept-logs", S3KeyPrefix: "short" } });
  const [trail] = (await visit.ask("call", { operation: "DescribeTrails", parameters: { trailNameList: ["short-lived"] } })).trailList;
  const page = await visit.enter(`/trails/detail?${new URLSearchParams({ arn: trail.TrailARN })}`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Delete" });
  assert.deepEqual(await visit.barriers(), []);
  assert.ok(await confirm.isDisabled());
  await dialog.getByRole("textbox").fill("short-live");
  assert.ok(await confirm.isDisabled());
  await dialog.getByRole("textbox").fill((await dialog.getByRole("textbox").getAttribute("placeholder")) || "short-lived");
  await confirm.click();
  await page.waitForURL(/\/trails$/);
  assert.equal(await page.getByRole("link", { name: "short-lived" }).count(), 0);
}
