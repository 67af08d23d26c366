// SPDX-License-Identifier: Apache-2.0
// Lists that AWS answers in pages.

interface Page<Item> {
  items: Item[] | undefined;
  nextToken: string | undefined;
}

/** Every item of every page, at most `max`. */
export async function allPages<Item>(
  load: (nextToken: string | undefined) => Promise<Page<Item>>,
  max = 1000,
): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const page = await load(token);
    items.push(...(page.items ?? []));
    token = page.nextToken;
  } while (token && items.length < max);
  return items;
}
