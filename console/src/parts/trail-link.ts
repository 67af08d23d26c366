// SPDX-License-Identifier: Apache-2.0

/** The address of a trail's page. */
export function trailHref(arn: string | undefined, tab?: string): string {
  return "/trails/detail?" + new URLSearchParams({ arn: arn ?? "", ...(tab ? { tab } : {}) }).toString();
}
