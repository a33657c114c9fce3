import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { decideRoll, type RollState } from './roll-decision.js';

const DAY = 86_400_000;
const MATURITY = instant(100 * DAY);

const state = (change: Partial<RollState> = {}): RollState => ({
  held: { base: 'BTC', strike: 30_000n, maturity: MATURITY },
  openTime: instant(70 * DAY),
  spot: decimalOf(60_000n, 0),
  now: instant(80 * DAY),
  // 1.5: rolls below 45 000
  rebalanceThreshold: decimalOf(15n, 1),
  autoRoll: true,
  rollStrategy: 'standard',
  lastRollTime: undefined,
  minimumIntervalMillis: DAY,
  ...change,
});

describe('a roll', () => {
  it('is not due while the price is above its trigger and the series is young', () => {
    expect(decideRoll(state())).toEqual({ kind: 'HOLD' });
  });

  it.each([
    [4_500_001n, 'HOLD'],
    // strict: at the trigger nothing happens
    [4_500_000n, 'HOLD'],
    [4_499_999n, 'ROLL'],
  ])('at a spot of %i hundredths: %s', (hundredths, kind) => {
    expect(decideRoll(state({ spot: decimalOf(hundredths, 2) }))).toMatchObject({ kind });
  });

  it.each([
    [-1, { kind: 'HOLD' }],
    [0, { kind: 'SETTLE_THEN_BUY' }],
    [5 * DAY, { kind: 'SETTLE_THEN_BUY' }],
  ])('of the standard strategy, %i ms from maturity: %j', (offset, decision) => {
    expect(decideRoll(state({ now: instant(MATURITY + offset) }))).toEqual(decision);
  });

  it.each([
    // 30 days of life: the last tenth begins 3 days before maturity
    [-3 * DAY - 1, { kind: 'HOLD' }],
    [-3 * DAY, { kind: 'ROLL', cause: 'MATURITY' }],
    [-1, { kind: 'ROLL', cause: 'MATURITY' }],
    [0, { kind: 'SETTLE_THEN_BUY' }],
  ])('of the short-dated strategy, %i ms from maturity: %j', (offset, decision) => {
    const now = instant(MATURITY + offset);
    expect(decideRoll(state({ now, rollStrategy: 'shortDated' }))).toEqual(decision);
  });

  it.each<readonly [string, Partial<RollState>]>([
    ['without autoRoll', { autoRoll: false }],
    ['by hand', { rollStrategy: 'manual' }],
  ])('that is due is only told %s', (_name, change) => {
    const low = { spot: decimalOf(1n, 0), ...change };
    expect(decideRoll(state(low))).toEqual({ kind: 'NOTIFY', cause: 'PRICE' });
    const mature = { now: MATURITY, ...change };
    expect(decideRoll(state(mature))).toEqual({ kind: 'NOTIFY', cause: 'MATURITY' });
  });

  it.each([
    [DAY - 1, 'TOO_SOON'],
    [DAY, 'ROLL'],
  ])('%i ms after the last one: %s', (since, kind) => {
    const now = instant(80 * DAY);
    const lastRollTime = instant(now - since);
    const decision = decideRoll(state({ now, lastRollTime, spot: decimalOf(1n, 0) }));
    expect(decision).toMatchObject({ kind, cause: 'PRICE' });
  });

  it('of the yield template is due at the first tick down: 0.5 × 2 = 1', () => {
    const threshold = { rebalanceThreshold: decimalOf(2n, 0) };
    const at = (spot: bigint) => decideRoll(state({ ...threshold, spot: decimalOf(spot, 2) }));
    expect(at(6_000_000n)).toEqual({ kind: 'HOLD' });
    expect(at(5_999_999n)).toMatchObject({ kind: 'ROLL' });
  });
});
