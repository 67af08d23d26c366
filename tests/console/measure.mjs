// SPDX-License-Identifier: Apache-2.0
// How soon Event history's first page is there, and how smoothly it scrolls.

/** Milliseconds from the answer of the first Search to the first row on the screen. */
export async function firstPageAfterAnswer(visit) {
  await visit.go("/settings");
  await visit.settled();
  await visit.page.evaluate(() => {
    performance.clearResourceTimings();
    window.firstRow = new Promise((resolve) => {
      const look = () =>
        document.querySelector("tbody tr a[href*='/events/']") ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look);
      look();
    });
  });
  await visit.go("/events?filter=none"); // all of it: the list that is measured
  return visit.page.evaluate(async () => {
    const shown = await window.firstRow;
    const answers = performance.getEntriesByType("resource").filter((one) => new URL(one.name).pathname === "/" && one.responseEnd < shown);
    return shown - answers[answers.length - 1].responseEnd;
  });
}

/** Scrolls to the end of the list until `wanted` rows were loaded; how many they are, and how many are rendered. */
export async function loadRows({ page }, wanted, timeoutMs = 60_000) {
  const loaded = () => page.evaluate(() => Number(document.querySelector("h1").innerText.replace(/\D/g, "")));
  await page.mouse.move(640, 500);
  const started = Date.now();
  while ((await loaded()) < wanted && Date.now() - started < timeoutMs) {
    await page.mouse.wheel(0, 12_000);
    await page.waitForTimeout(50);
  }
  return { rows: await loaded(), rendered: await page.locator("tbody tr").count() };
}

/** Scrolls through `wanted` rows, up and down; the longest task in ms. */
export async function scrolling(visit, wanted) {
  const { page } = visit;
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((one) => one.duration))).observe({
      entryTypes: ["longtask"],
    });
  });
  const wheel = async (distance, steps) => {
    for (let step = 0; step < steps; step++) {
      await page.mouse.wheel(0, distance);
      await page.waitForTimeout(16);
    }
  };
  const found = await loadRows(visit, wanted);
  await wheel(-4000, 40);
  await wheel(4000, 40);
  await wheel(-300, 60);
  return { ...found, longest: await page.evaluate(() => Math.max(0, ...window.longTasks)) };
}
