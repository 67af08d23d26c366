// SPDX-License-Identifier: Apache-2.0
// Light or dark: the browser's wish, until somebody chooses. Only this choice is stored; keys never are.
import { applyMode as applyCloudscape, Mode } from "@cloudscape-design/global-styles";

const NAME = "cairn-mode";

export function storedMode(): Mode {
  const chosen = localStorage.getItem(NAME);
  if (chosen === "dark" || chosen === "light") return chosen === "dark" ? Mode.Dark : Mode.Light;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? Mode.Dark : Mode.Light;
}

export function applyMode(mode: Mode): void {
  applyCloudscape(mode);
}

export function chooseMode(mode: Mode): void {
  localStorage.setItem(NAME, mode === Mode.Dark ? "dark" : "light");
  applyMode(mode);
}
export { Mode };
