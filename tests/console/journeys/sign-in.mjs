// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from "node:assert";

async function refusal(visit, options, words) {
  const page = await visit.open();
  await visit.refused(async () => {
    await visit.signIn(options);
    await page.getByText(words).first().waitFor();
  });
  assert.equal(await page.getByRole("navigation", { name: "Breadcrumbs" }).count(), 0);
}

export async function aKeyThatIsNotKnownIsRefusedByName(visit) {
  await refusal(visit, { key: ["AKIANOBODYKNOWSTHIS0", visit.settings.key[1]] }, "InvalidClientTokenId");
}

export async function aWrongSecretIsRefusedByName(visit) {
  await refusal(visit, { key: [visit.settings.key[0], "wrong"] }, "SignatureDoesNotMatch");
}

export async function aRegionThatIsNoneIsSaidAtItsField(visit) {
  await refusal(visit, { region: "Europe (Paris)" }, "A region is made of small letters, digits and hyphens");
}

export async function nothingEnteredIsSaidAtEachField(visit) {
  await refusal(visit, { key: ["", ""] }, "Enter an access key ID.");
  await visit.page.getByText("Enter the secret access key.").waitFor();
}

export async function whoIsSignedInIsShownAndCanLeave(visit) {
  const page = await visit.enter("/dashboard");
  await page.getByRole("link", { name: "Cairn" }).first().waitFor();
  const account = page.getByRole("button", { name: /^Account \d{12}/ });
  await account.click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

export async function keysAreKeptNowhereButInTheTab(visit) {
  const page = await visit.enter("/dashboard");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]));
  for (const secret of visit.settings.key) assert.ok(!kept.includes(secret), kept);
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

/** The shell: what is loaded until one can sign in, and from there to the first page. */
export async function theShellIsSmall(visit) {
  const page = await visit.open("/dashboard");
  await page.getByLabel("Access key ID").waitFor();
  await visit.signIn();
  await visit.settled();
  const sizes = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .filter((one) => new URL(one.name).pathname.startsWith("/console"))
      .map((one) => [new URL(one.name).pathname, one.encodedBodySize]),
  );
  const sum = sizes.reduce((total, [, size]) => total + size, 0);
  assert.ok(sizes.length > 3 && sum > 100_000, "sizes are not told");
  assert.ok(sum < 700_000, `${sum} bytes: ${sizes.map(([name, size]) => `${name} ${size}`).join(", ")}`);
}
