import { describe, expect, it } from 'vitest';
import { createFields } from './fields.js';
import { pageOf, pageToken, readPage } from './page.js';

const filter = ['ACTIVE', 'ada'];

function read(
  pageSize: number,
  token = '',
): { size: number; cursor: string | undefined; clean: boolean } {
  const fields = createFields();
  const page = readPage(fields, { pageSize, pageToken: token }, filter);
  return { ...page, clean: fields.clean };
}

describe('readPage', () => {
  it.each([
    [0, 50],
    [1, 1],
    [500, 500],
    [501, 500],
  ])('page_size %i asks for %i items', (pageSize, size) => {
    expect(read(pageSize)).toEqual({ size, cursor: undefined, clean: true });
  });

  it('refuses a negative size', () => {
    expect(read(-1).clean).toBe(false);
  });

  it('reads back the cursor of its own token', () => {
    expect(read(1, pageToken(filter, 'intent-9/ü'))).toMatchObject({
      cursor: 'intent-9/ü',
      clean: true,
    });
  });

  it.each([
    ['of another filter', pageToken(['PAUSED', 'ada'], 'x')],
    ['of a filter with other borders', pageToken(['ACTIVEada'], 'x')],
    ['with an empty cursor', pageToken(filter, '')],
    ['with foreign characters', `${pageToken(filter, 'x')}!`],
    ['of garbage', 'garbage'],
    ['that is too long', pageToken(filter, 'x'.repeat(2000))],
  ])('refuses a token %s', (_name, token) => {
    const fields = createFields();
    readPage(fields, { pageSize: 1, pageToken: token }, filter);
    expect(() => fields.done()).toThrow('page_token: must be the next_page_token');
  });
});

describe('pageOf', () => {
  const page = { size: 2, cursor: undefined };

  it('has a next page when one item too many was found', () => {
    const { items, nextPageToken } = pageOf(['a', 'b', 'c'], page, filter, (item) => item);
    expect(items).toEqual(['a', 'b']);
    expect(read(2, nextPageToken).cursor).toBe('b');
  });

  it.each([[['a', 'b']], [[]]])('ends with an empty token: %s', (found) => {
    expect(pageOf(found, page, filter, (item) => item)).toEqual({
      items: found,
      nextPageToken: '',
    });
  });
});
