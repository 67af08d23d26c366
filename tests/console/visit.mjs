// SPDX-License-Identifier: Apache-2.0
// One person in front of the console, journey after journey: a page of an empty browser profile, and an eye on everything that must not
// happen whatever they do: errors on the console, requests to elsewhere, a broken Content-Security-Policy.
import { strict as assert } from "node:assert";
import { axeSource } from "./browser.mjs";

const WAIT_MS = 20_000; // a sanitizer build on a busy machine
const USUAL_REFUSALS = /InsightNotEnabledException|ResourcePolicyNotFoundException/; // CloudTrail's way to say "none"
const PROVOKED = /^Failed to load resource: net::|dynamically imported module/; // by a journey that cuts the network

export class Visit {
  constructor(browser, settings, ask) {
    this.browser = browser;
    this.settings = settings;
    this.ask = ask;
    this.begin();
  }

  begin() {
    this.page = undefined;
    this.faults = [];
    this.refusalsAllowed = false;
  }

  /** A page that is not signed in yet, at `path`. */
  async open(path = "/", { width = 1280, height = 900, isDark = false } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: isDark ? "dark" : "light",
      reducedMotion: "reduce",
      acceptDownloads: true,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(WAIT_MS);
    await this.watch(this.page);
    await this.page.goto(this.address(path));
    return this.page;
  }

  address(path) {
    return `${this.settings.origin}/console${path}`;
  }

  async watch(page) {
    page.on("console", (message) => {
      const isRefusal = message.text().startsWith("Failed to load resource: the server responded with"); // told below
      const isWanted = this.refusalsAllowed && PROVOKED.test(message.text());
      if (message.type() === "error" && !isRefusal && !isWanted) this.faults.push(`console: ${message.text()}`);
    });
    page.on("response", async (response) => {
      if (response.status() < 400 || (response.status() < 500 && this.refusalsAllowed)) return;
      const text = await response.text().catch(() => "");
      if (USUAL_REFUSALS.test(text)) return;
      const what = response.request().headers()["x-amz-target"] ?? response.url();
      this.faults.push(`answer: ${response.status()} ${what} ${text}`);
    });
    page.on("pageerror", (error) => this.faults.push(`uncaught: ${error.stack}`));
    page.on("dialog", (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(this.settings.origin + "/") && !/^(data|blob):/.test(url)) this.faults.push(`elsewhere: ${url}`);
    });
    await page.exposeFunction("tellOfViolation", (text) => this.faults.push(`policy: ${text}`));
    await page.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (event) =>
        window.tellOfViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`),
      ),
    );
  }

  async signIn({ key = this.settings.key, region = this.settings.region } = {}) {
    const { page } = this;
    await page.getByLabel("Access key ID").fill(key[0]);
    await page.getByLabel("Secret access key").fill(key[1]);
    await page.getByRole("combobox", { name: "Region" }).fill(region);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  /** A page for somebody who signed in at `path`; takes seconds less where it may be one that was signed in before. */
  async enter(path = "/", options = undefined) {
    if (!options && (await this.again(path))) return this.page;
    await this.open(path, options);
    await this.signIn();
    await this.page.getByRole("navigation", { name: "Breadcrumbs" }).waitFor();
    if (!options) this.standing = this.page;
    return this.page;
  }

  async again(path) {
    const crumbs = this.standing?.getByRole("navigation", { name: "Breadcrumbs" });
    if (!crumbs || (await crumbs.count()) === 0) return false;
    this.page = this.standing;
    await this.go("/settings");
    await this.go(path);
    return true;
  }

  /** To another place of the console within the same session, as a link there would. */
  async go(path) {
    if (this.page.url() === this.address(path)) return;
    await this.page.evaluate((url) => {
      document.title = ""; // the frame names the new page when it is there
      history.pushState({ idx: (history.state?.idx ?? 0) + 1 }, "", url);
      dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    }, `/console${path}`);
    await this.page.waitForFunction(() => document.title !== "");
  }

  /** What the step provokes on purpose: answers 4xx or none at all, which a browser reports as errors. */
  async refused(step) {
    this.refusalsAllowed = true;
    await step();
    this.refusalsAllowed = false;
  }

  /** Requests that fit do not get through while the step is taken. */
  async cutOff(pattern, step) {
    await this.page.route(pattern, (route) => route.abort("connectionrefused"));
    await this.refused(step);
    await this.page.unroute(pattern);
  }

  /** The page is there and nothing on it is being loaded any more. */
  async settled() {
    await this.page.getByRole("heading", { level: 1 }).first().waitFor();
    await this.page.waitForFunction(() => !document.querySelector('[class*="awsui_circle-left_"]')); // Cloudscape's spinner
  }

  async row(text) {
    const row = this.page.getByRole("row").filter({ hasText: text }).first();
    await row.waitFor();
    return row;
  }

  /** The text of a file that a click has the browser save, and its name. */
  async saved(click) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
  }

  /** Serious faults that axe finds on the page as it is. */
  async barriers() {
    await this.page.evaluate(axeSource(this.settings));
    return this.page.evaluate(async () => {
      const found = await window.axe.run(document, { resultTypes: ["violations"] });
      return found.violations
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
    });
  }

  checkClean() {
    assert.deepEqual(this.faults, []);
  }

  told() {
    return [...this.faults, this.page ? this.page.url() : ""].join("\n");
  }

  async picture(path) {
    await this.page?.screenshot({ path, timeout: 5000 }).catch(() => undefined);
  }

  /** Ends a journey; the page that is signed in stays for the next one if this one went well. */
  async end(isGood) {
    if (!isGood || this.page?.isClosed()) this.standing = undefined;
    const kept = this.standing?.context();
    for (const context of this.browser.contexts()) if (context !== kept) await context.close();
  }
}
