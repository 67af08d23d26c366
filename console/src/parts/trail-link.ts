// SPDX-License-Identifier: Apache-2.0

/** The address of a trail's page. */
export function trailHref(arn: string | undefined, tab?: string): string {
  return "/trails/detail?" + new URLSearchParams({ arn: arn ?? "", ...(tab ? { tab } : {}) }).toString();
}

/** The address of a file that a trail delivered. */
export function trailFileHref(arn: string | undefined, file: string): string {
  return `${trailHref(arn, "files")}&${new URLSearchParams({ file }).toString()}`;
}
