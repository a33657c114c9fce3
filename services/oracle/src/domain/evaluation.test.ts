import { instant } from '@trimtab/core';
import { formatDecimal, type Decimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import type { Asset } from './asset.js';
import { evaluate, type Evaluation, type Situation } from './evaluation.js';
import type { PriceObservation } from './observation.js';
import type { Publication } from './publication.js';

const asset: Asset = {
  assetId: 'A',
  decimals: 0,
  lot: 1n,
  minimumOrder: 0n,
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 1,
  outlierBps: 200,
  breakerBps: 1000,
  publishers: [],
  denomination: false,
  version: 1n,
  createTime: instant(0),
  updateTime: instant(0),
};
const whole = (digits: bigint): Decimal => ({ digits, scale: 0 });
const published: Publication = {
  price: whole(10_000n),
  confidence: whole(0n),
  publishers: ['a'],
  dropped: [],
  publishTime: instant(0),
  evidence: [],
};

/** One publisher sees `price` at `seconds`, and the price is looked at in that moment. */
function look(price: bigint, seconds: number, situation: Partial<Situation> = {}): Evaluation {
  return evaluate({ ...at(price, seconds), ...situation }, instant(seconds * 1000), false);
}

function at(price: bigint, seconds: number): Situation {
  const observation: PriceObservation = {
    kind: 'PRICE',
    publisher: 'a',
    assetId: 'A',
    price: whole(price),
    confidence: undefined,
    observeTime: instant(seconds * 1000),
    sequence: 1n,
  };
  return { asset, latest: [observation], last: published, held: undefined };
}

describe('looking at a price', () => {
  it('publishes the first one', () => {
    expect(look(10_000n, 0, { last: undefined })).toMatchObject({
      health: 'HEALTHY',
      cause: 'FIRST',
      publication: { price: whole(10_000n), publishTime: 0 },
    });
  });

  it('publishes a move of deviationBps at once and no smaller one', () => {
    expect(look(10_010n, 1).cause).toBe('DEVIATION');
    expect(look(9_990n, 1).cause).toBe('DEVIATION');
    expect(look(10_009n, 1)).toMatchObject({ cause: undefined, publication: published });
  });

  it('publishes an unmoved price when the heartbeat has passed, not before', () => {
    expect(look(10_000n, 59).cause).toBe(undefined);
    expect(look(10_000n, 60)).toMatchObject({
      cause: 'HEARTBEAT',
      publication: { publishTime: 60_000 },
    });
  });

  it('publishes the price now when it is asked for, unless it says the same as the last one', () => {
    const now = instant(1000);
    expect(evaluate(at(10_001n, 1), now, true).cause).toBe('DEMAND');
    expect(evaluate(at(10_000n, 1), now, true)).toMatchObject({
      cause: undefined,
      publication: published,
    });
    const other = { ...at(10_000n, 1), last: { ...published, publishers: ['a', 'b'] } };
    expect(evaluate(other, now, true).cause).toBe('DEMAND');
    const unsure = { ...at(10_000n, 1), last: { ...published, confidence: whole(1n) } };
    expect(evaluate(unsure, now, true).cause).toBe('DEMAND');
  });

  it('with a deviation of 0 publishes every move and no standstill', () => {
    const eager = { asset: { ...asset, deviationBps: 0 } };
    expect(look(10_001n, 1, eager).cause).toBe('DEVIATION');
    expect(look(10_000n, 1, eager).cause).toBe(undefined);
  });

  it('says STALE with the last price when the observations have expired', () => {
    const situation = at(10_000n, 0);
    expect(evaluate(situation, instant(60_000), true).health).toBe('HEALTHY');
    expect(evaluate(situation, instant(60_001), true)).toEqual({
      health: 'STALE',
      reason: 'every observation is older than 60 s (dropped: a EXPIRED)',
      publication: published,
      cause: undefined,
      held: undefined,
    });
  });

  it('says NO_QUORUM, and how many there are', () => {
    const strict = { asset: { ...asset, quorumCount: 2 } };
    expect(look(10_000n, 1, strict)).toMatchObject({
      health: 'NO_QUORUM',
      reason: '1 of 2 publishers',
      publication: published,
    });
  });

  it('says HALTED beyond the band of the breaker, keeps the last price, remembers the jump', () => {
    expect(look(11_000n, 1).health).toBe('HEALTHY');
    const halted = look(11_001n, 1);
    expect(halted).toMatchObject({
      health: 'HALTED',
      publication: published,
      cause: undefined,
      held: { price: whole(11_001n), time: 1000 },
    });
    expect(halted.reason).toBe(
      'the price of 11001 is further than 1000 bps from 10000, published at 1970-01-01T00:00:00.000Z',
    );
  });

  it('publishes a jump that a second quorum confirms, and forgets what was held', () => {
    const held = { price: whole(50_000n), time: instant(1000) };
    expect(look(50_000n, 61, { held })).toMatchObject({
      health: 'HEALTHY',
      cause: 'RESEED',
      publication: { price: whole(50_000n) },
      held: undefined,
    });
  });

  it('takes each observation of a confirming quorum only when it is newer than the held one', () => {
    const held = { price: whole(50_000n), time: instant(1000) };
    const [fresh] = at(50_000n, 61).latest;
    if (fresh === undefined) throw new Error('one observation');
    const seen = (...others: readonly Partial<PriceObservation>[]) => {
      const latest = [fresh, ...others.map((other) => ({ ...fresh, ...other }))];
      return look(50_000n, 61, { held, latest }).health;
    };
    expect(seen({ publisher: 'b', observeTime: instant(1001) })).toBe('HEALTHY');
    expect(seen({ publisher: 'b', observeTime: instant(1000) })).toBe('HALTED');
    // What is dropped is no part of the quorum, however old it is: an outlier, and one that has expired.
    const outlier = { publisher: 'b', observeTime: instant(1000), price: whole(60_000n) };
    expect(seen({ publisher: 'c' }, outlier)).toBe('HEALTHY');
    expect(seen({ publisher: 'b', observeTime: instant(999) })).toBe('HEALTHY');
  });

  it('keeps a held jump while there is no quorum', () => {
    const held = { price: whole(50_000n), time: instant(1000) };
    const asset2 = { ...asset, quorumCount: 2 };
    expect(look(50_000n, 2, { held, asset: asset2 })).toMatchObject({ health: 'NO_QUORUM', held });
  });

  it('forgets a held jump when the price comes back', () => {
    const held = { price: whole(50_000n), time: instant(1000) };
    expect(look(10_000n, 2, { held })).toMatchObject({ health: 'HEALTHY', held: undefined });
  });

  it('gives the denomination asset a price of 1 that is always fresh', () => {
    const denomination = { ...asset, denomination: true };
    const nothing: Situation = {
      asset: denomination,
      latest: [],
      last: undefined,
      held: undefined,
    };
    const result = evaluate(nothing, instant(5000), false);
    expect(result).toMatchObject({ health: 'HEALTHY', publication: { publishTime: 5000 } });
    expect(result.publication && formatDecimal(result.publication.price)).toBe('1');
  });
});
