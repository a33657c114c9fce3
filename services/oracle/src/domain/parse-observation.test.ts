import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { ObservationDraft } from './observation.js';
import { parseObservation } from './parse-observation.js';

const NOW = instant(1_000_000);
const price: ObservationDraft = {
  kind: 'PRICE',
  assetId: 'WBTC',
  price: '7000.5',
  bid: '',
  ask: '',
  confidence: '',
  observeTime: NOW,
  sequence: 0n,
};
const quote: ObservationDraft = { ...price, kind: 'QUOTE', price: '', bid: '9', ask: '10' };

function faultsOf(draft: ObservationDraft): readonly (readonly [string, string])[] {
  const parsed = parseObservation(draft, 'p', NOW);
  return parsed.ok ? [] : parsed.error.map(({ field, reason }) => [field, reason]);
}

describe('an observation', () => {
  it('is read with the publisher of the call', () => {
    expect(parseObservation({ ...price, confidence: '0.5' }, 'p', NOW)).toEqual({
      ok: true,
      value: {
        kind: 'PRICE',
        publisher: 'p',
        assetId: 'WBTC',
        price: { digits: 70005n, scale: 1 },
        confidence: { digits: 5n, scale: 1 },
        observeTime: NOW,
        sequence: 0n,
      },
    });
  });

  it('may be up to 5 s in the future and not a millisecond more', () => {
    expect(faultsOf({ ...price, observeTime: instant(NOW + 5000) })).toEqual([]);
    expect(faultsOf({ ...price, observeTime: instant(NOW + 5001) })).toEqual([
      ['observe_time', 'OBSERVATION_IN_FUTURE'],
    ]);
  });

  it('was seen in the years 1970 to 9999', () => {
    expect(faultsOf({ ...price, observeTime: instant(0) })).toEqual([]);
    expect(faultsOf({ ...price, observeTime: instant(-1) })).toEqual([
      ['observe_time', 'FIELD_INVALID'],
    ]);
    expect(faultsOf({ ...price, observeTime: 'UNREADABLE' })).toEqual([
      ['observe_time', 'FIELD_INVALID'],
    ]);
  });

  it('has a price above 0 with at most 18 fraction digits', () => {
    expect(faultsOf({ ...price, price: `0.${'0'.repeat(17)}1` })).toEqual([]);
    expect(faultsOf({ ...price, price: `0.${'0'.repeat(18)}1` })).toEqual([
      ['price_decimal', 'DECIMAL_NOT_CANONICAL'],
    ]);
    expect(faultsOf({ ...price, price: '0' })).toEqual([['price_decimal', 'FIELD_INVALID']]);
    expect(faultsOf({ ...price, price: '-1' })).toEqual([['price_decimal', 'FIELD_INVALID']]);
  });

  it.each(['1.0', '+1', '1e3', '01', '.5', ' 1', 'NaN', '1,000'])(
    'refuses the price "%s" instead of repairing it',
    (text) => {
      expect(faultsOf({ ...price, price: text })).toEqual([
        ['price_decimal', 'DECIMAL_NOT_CANONICAL'],
      ]);
    },
  );

  it('of kind QUOTE has a bid and an ask, the ask at least the bid, and no price', () => {
    expect(faultsOf({ ...quote, bid: '10' })).toEqual([]);
    expect(faultsOf({ ...quote, bid: '10.1' })).toEqual([['ask_decimal', 'FIELD_INVALID']]);
    expect(faultsOf({ ...quote, bid: '' })).toEqual([['bid_decimal', 'FIELD_REQUIRED']]);
    expect(faultsOf({ ...quote, price: '9' })).toEqual([['price_decimal', 'FIELD_INVALID']]);
  });

  it('of kind PRICE has no bid and no ask', () => {
    expect(faultsOf({ ...price, bid: '1', ask: '2' })).toEqual([
      ['bid_decimal', 'FIELD_INVALID'],
      ['ask_decimal', 'FIELD_INVALID'],
    ]);
  });

  it('has a confidence of at least 0', () => {
    expect(faultsOf({ ...price, confidence: '0' })).toEqual([]);
    expect(faultsOf({ ...price, confidence: '-0.1' })).toEqual([
      ['confidence_decimal', 'FIELD_INVALID'],
    ]);
    expect(faultsOf({ ...price, confidence: '0.10' })).toEqual([
      ['confidence_decimal', 'DECIMAL_NOT_CANONICAL'],
    ]);
  });

  it('has a sequence from 0 to 2^53 − 1, what a JSON number can say', () => {
    expect(faultsOf({ ...price, sequence: 9_007_199_254_740_991n })).toEqual([]);
    expect(faultsOf({ ...price, sequence: 9_007_199_254_740_992n })).toEqual([
      ['sequence', 'FIELD_INVALID'],
    ]);
    expect(faultsOf({ ...price, sequence: -1n })).toEqual([['sequence', 'FIELD_INVALID']]);
  });

  it('of a kind without a name is invalid, of none is incomplete', () => {
    expect(faultsOf({ ...price, kind: 'UNKNOWN' })).toEqual([['kind', 'FIELD_INVALID']]);
    expect(faultsOf({ ...price, kind: undefined })).toEqual([['kind', 'FIELD_REQUIRED']]);
  });

  it('is refused with at most 64 characters of what was wrong', () => {
    const parsed = parseObservation({ ...price, assetId: 'a'.repeat(65) }, 'p', NOW);
    expect(parsed.ok ? [] : parsed.error.map(({ message }) => message)).toEqual([
      `was "${'a'.repeat(64)}…", must match [A-Z0-9][A-Z0-9.-]{0,63}`,
    ]);
  });

  it('names every bad field', () => {
    const bad = {
      ...price,
      kind: undefined,
      assetId: '',
      sequence: -1n,
      observeTime: undefined,
    } as const;
    expect(faultsOf(bad)).toEqual([
      ['asset_id', 'FIELD_REQUIRED'],
      ['sequence', 'FIELD_INVALID'],
      ['observe_time', 'FIELD_REQUIRED'],
      ['kind', 'FIELD_REQUIRED'],
    ]);
  });
});
