import { invariant } from '@trimtab/core';

/** One page of a list of another service. */
export interface RemotePage<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

const PAGE_SIZE = 500;
/** Half a million items: a list that goes on longer never ends. */
const MAX_PAGES = 1000;

/** Every item of a list of another service. */
export async function allPages<T>(
  fetch: (page: {
    readonly pageSize: number;
    readonly pageToken: string;
  }) => Promise<RemotePage<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let pageToken = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await fetch({ pageSize: PAGE_SIZE, pageToken });
    items.push(...response.items);
    if (response.nextPageToken === '') return items;
    pageToken = response.nextPageToken;
  }
  invariant(false, `a list ends within ${MAX_PAGES} pages`);
}
