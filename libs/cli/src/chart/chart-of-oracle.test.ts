import type { PriceEvidence } from '@trimtab/contracts/oracle';
import { DropReason, Price, Price_State } from '@trimtab/contracts/oracle';
import { DomainFailure, domainError, instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { chartOfOracle } from './chart-of-oracle.js';
import { periodsOf } from './price-chart.js';

const MINUTE = 60_000;

function said(
  publisher: string,
  price: string,
  minute: number,
  dropReason: DropReason = DropReason.DROP_REASON_UNSPECIFIED,
): PriceEvidence {
  const observeTime = new Date(minute * MINUTE);
  return { publisher, priceDecimal: price, observeTime, sequence: BigInt(minute), dropReason };
}

/** What stood from minute to minute; before it there is no price. */
const STOOD: readonly (Price | undefined)[] = [
  undefined,
  standing(Price_State.STATE_HEALTHY, '101', [said('b', '101', 0), said('a', '100', 1)]),
  // The same observation of a again, and one of c that was dropped.
  standing(Price_State.STATE_HALTED, '101', [
    said('a', '100', 1),
    said('b', '102', 2),
    said('c', '150', 2, DropReason.DROP_REASON_OUTLIER),
  ]),
  standing(Price_State.STATE_NO_QUORUM, '101', []),
  standing(Price_State.STATE_STALE, '101', []),
];

function standing(state: Price_State, priceDecimal: string, evidence: PriceEvidence[]): Price {
  return Price.create({ assetId: 'A', priceDecimal, confidenceDecimal: '1', state, evidence });
}

const client = {
  getPrice: ({ readTime }: { readTime: Date | undefined }) => {
    const price = STOOD[Math.floor((readTime?.getTime() ?? 0) / MINUTE)];
    if (price !== undefined) return Promise.resolve({ price, quotes: [] });
    const error = domainError('FAILED_PRECONDITION', 'PRICE_MISSING', 'none');
    return Promise.reject(new DomainFailure(error));
  },
};

describe('the chart of an oracle', () => {
  const query = { assetId: 'A', from: instant(0), to: instant(4 * MINUTE), pointCount: 5 };

  it('has the state, price and confidence of each time that was asked for', async () => {
    const chart = await chartOfOracle(client, query);
    expect(periodsOf(chart).map(({ state, from }) => [state, from / MINUTE])).toEqual([
      ['NO_QUORUM', 0],
      ['HEALTHY', 1],
      ['HALTED', 2],
      ['NO_QUORUM', 3],
      ['STALE', 4],
    ]);
    expect(chart.standings.map(({ price, confidence }) => [price, confidence])).toEqual([
      [undefined, undefined],
      ...Array.from({ length: 4 }, () => ['101', '1']),
    ]);
  });

  it('has each venue with each of its observations once, used or dropped', async () => {
    const { venues } = await chartOfOracle(client, query);
    expect(venues).toEqual([
      { name: 'a', points: [{ time: MINUTE, price: '100' }] },
      {
        name: 'b',
        points: [
          { time: 0, price: '101' },
          { time: 2 * MINUTE, price: '102' },
        ],
      },
      { name: 'c', points: [{ time: 2 * MINUTE, price: '150' }] },
    ]);
  });

  it('leaves out what was seen before it begins', async () => {
    const { venues } = await chartOfOracle(client, { ...query, from: instant(MINUTE) });
    expect(venues.map(({ name, points }) => [name, points.length])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
  });
});
