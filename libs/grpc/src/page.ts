import { createHash } from 'node:crypto';
import type { FieldReader } from './fields.js';

/** The part of a list that is asked for (rpc rules, paging). */
export interface Page {
  /** Most items to return, 1 to 500. */
  readonly size: number;
  /** Where the page before ended; absent for the first page. */
  readonly cursor: string | undefined;
}

/** The paging fields of a list request, as ts-proto names them. */
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

const DEFAULT_SIZE = 50;
const MAX_SIZE = 500;
const MAX_TOKEN_LENGTH = 2000;
const TAG_LENGTH = 16;

/**
 * Reads page_size and page_token. More than 500 becomes 500, a negative size and a token that was
 * made for another filter are violations. `filter` is every other field of the request, in order.
 */
export function readPage(
  fields: FieldReader,
  request: PageRequest,
  filter: readonly string[],
): Page {
  const { pageSize, pageToken } = request;
  if (pageSize < 0) {
    fields.violation('page_size', 'FIELD_INVALID', `was ${pageSize}, must not be negative`);
  }
  const size = pageSize === 0 ? DEFAULT_SIZE : Math.min(Math.max(pageSize, 1), MAX_SIZE);
  if (pageToken === '') return { size, cursor: undefined };
  const cursor = cursorOf(pageToken, filter);
  if (cursor === undefined) {
    const message = 'must be the next_page_token of the same list with the same filter';
    fields.violation('page_token', 'PAGE_TOKEN_INVALID', message);
  }
  return { size, cursor };
}

/** The token that continues after `cursor`; it works for the same filter only. */
export function pageToken(filter: readonly string[], cursor: string): string {
  return Buffer.from(tagOf(filter) + cursor, 'utf8').toString('base64url');
}

/** One page of items, and the token of the next one; empty at the end and only there. */
export interface PageResult<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

/**
 * Cuts a page out of what a store returned for `page.size + 1` items: the one too many tells that
 * there is a next page.
 */
export function pageOf<T>(
  found: readonly T[],
  page: Page,
  filter: readonly string[],
  cursorOfItem: (item: T) => string,
): PageResult<T> {
  const items = found.slice(0, page.size);
  const last = items.at(-1);
  const hasMore = found.length > page.size && last !== undefined;
  return { items, nextPageToken: hasMore ? pageToken(filter, cursorOfItem(last)) : '' };
}

function cursorOf(token: string, filter: readonly string[]): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const cursor = text.slice(TAG_LENGTH);
  const isOurs = text.startsWith(tagOf(filter)) && pageToken(filter, cursor) === token;
  return isOurs && cursor !== '' ? cursor : undefined;
}

function tagOf(filter: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(filter)).digest('hex').slice(0, TAG_LENGTH);
}
