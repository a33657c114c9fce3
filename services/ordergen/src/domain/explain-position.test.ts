import { describe, expect, it } from 'vitest';
import type { Action } from './action.js';
import { considerVault } from './consider.js';
import {
  explainPosition,
  type ExplainedRebalance,
  type PositionExplanation,
  type TradeOutcome,
} from './explain-position.js';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, short, target } from './generate.fixture.js';
import { positionText } from './position.js';

type Given = Parameters<typeof inputOf>[0];

/** Explains A of a generated rebalance, in cents of USD; `became` is what became of its trade. */
const explained = (
  given: Given,
  became: Partial<TradeOutcome> = {},
  rebalance: Partial<ExplainedRebalance> = {},
): PositionExplanation => {
  const input = inputOf(given);
  const { valuation, tolerances, positions } = unwrap(considerVault(input));
  const [considered] = positions.filter(({ assetId }) => assetId === 'A');
  if (considered === undefined) throw new Error('A is held or wanted');
  const action: Action | undefined = unwrap(generate(input)).actions.find(
    (one) => positionText(one) === positionText(considered),
  );
  const targets = input.goal.kind === 'WEIGHTS' ? input.goal.targets : [];
  const stated = targets.find(({ assetId }) => assetId === 'A');
  return explainPosition(
    {
      state: 'EXECUTING',
      source: 'PLAN',
      nav: valuation.nav,
      tolerances,
      ...(input.band !== undefined && { band: input.band }),
      underlying: { assetId: 'USD', decimals: 2 },
      ...rebalance,
    },
    {
      considered,
      ...(stated !== undefined && { stated }),
      ...(action !== undefined && {
        trade: { action, state: 'PENDING' as const, filled: 0n, pinned: false, ...became },
      }),
    },
  );
};
const said = (...given: Parameters<typeof explained>): string => {
  const { verdict, text } = explained(...given);
  return `${verdict}: ${text}`;
};

/** Of NAV 100.00, 30.00 of A; to hold 20.00, or 50.00. */
const SELL: Given = { cash: 7_000n, positions: [long('A', 3_000n)], targets: [target('A', 2_000)] };
const BUY: Given = { ...SELL, targets: [target('A', 5_000)] };

describe('a trade', () => {
  it('as planned', () => {
    const filled = { state: 'FILLED', amount: 1_000n, filled: 1_000n } as const;
    expect(explained(SELL, filled)).toMatchObject({
      index: 0,
      value: 3_000n,
      target: 2_000n,
      planned: -1_000n,
      filled: 1_000n,
    });
    expect(said(SELL, filled)).toBe(
      'TRADED: 30 USD was held, 3000 bps of NAV; the target is 20 USD, from a weight of 2000 bps. ' +
        'The sell of 10 USD at index 0 was filled as planned.',
    );
  });

  it.each<[string, Given, Partial<TradeOutcome>, string]>([
    [
      'filled in part',
      BUY,
      { state: 'LOCKED', amount: 2_000n, filled: 1_250n, reason: 'INSUFFICIENT_LIQUIDITY' },
      'The buy of 20 USD at index 0 was adjusted: 12.5 USD was filled and 7.5 USD was not (INSUFFICIENT_LIQUIDITY).',
    ],
    [
      'cut by failures before it',
      BUY,
      { state: 'FILLED', amount: 1_999n, filled: 1_999n },
      'The buy of 20 USD at index 0 was adjusted: cut to 19.99 USD, which is what cash and sells could pay, and filled in full.',
    ],
    [
      'raised by failures before it',
      SELL,
      { state: 'FILLED', amount: 1_100n, filled: 1_100n },
      'The sell of 10 USD at index 0 was adjusted: raised to 11 USD, as sells before it fell short, and filled in full.',
    ],
    [
      'raised as far as what is held',
      SELL,
      { state: 'FAILED', amount: 3_000n, filled: 1n, reason: 'ORDER_EXPIRED', pinned: true },
      'The sell of 10 USD at index 0 was adjusted: raised as far as what is held, to 30 USD, as sells before it fell short, ' +
        '0.01 USD was filled and 29.99 USD was not (ORDER_EXPIRED).',
    ],
  ])('that was %s', (_, given, became, text) => {
    const { verdict, text: whole } = explained(given, became);
    expect(verdict).toBe('ADJUSTED');
    expect(whole.endsWith(`. ${text}`)).toBe(true);
  });

  it('that failed leaves a sold position as it was, and locks a bought one', () => {
    const failed = { amount: 1_000n, reason: 'VENUE_REJECTED' } as const;
    expect(said(SELL, { ...failed, state: 'FAILED' })).toBe(
      'LOCKED: 30 USD was held, 3000 bps of NAV; the target is 20 USD, from a weight of 2000 bps. ' +
        'The sell of 10 USD at index 0 failed with VENUE_REJECTED: the position stays as it was, ' +
        'and the trades after it were scaled to make up for it.',
    );
    expect(said(BUY, { ...failed, state: 'LOCKED', reason: 'BELOW_LOT' })).toBe(
      'LOCKED: 30 USD was held, 3000 bps of NAV; the target is 50 USD, from a weight of 5000 bps. ' +
        'The buy of 20 USD at index 0 failed with BELOW_LOT: the asset is locked for this rebalance ' +
        'and the money stays in the underlying.',
    );
  });

  it('for which nothing was left', () => {
    expect(said(BUY, { state: 'SKIPPED' })).toBe(
      'NO_ROOM: 30 USD was held, 3000 bps of NAV; the target is 50 USD, from a weight of 5000 bps. ' +
        'The buy of 20 USD at index 0 was left out: its share of what was left for it came to 0.',
    );
  });

  it.each<[string, Partial<TradeOutcome>, Partial<ExplainedRebalance>, string]>([
    ['to come', {}, {}, 'PENDING: The sell of 10 USD at index 0 is to come.'],
    [
      'that is out',
      { state: 'DISPATCHED', amount: 1_000n },
      {},
      'PENDING: The sell of 10 USD at index 0 was sent for 10 USD and its final report is awaited.',
    ],
    [
      'that was not reached',
      {},
      { state: 'CANCELLED' },
      'NOT_REACHED: The rebalance was CANCELLED before the sell of 10 USD at index 0 had its turn.',
    ],
    [
      'that was out when it ended',
      { state: 'PARTIALLY_FILLED', amount: 1_000n },
      { state: 'FAULTED' },
      'NOT_REACHED: The rebalance was FAULTED before the sell of 10 USD at index 0 had its final report.',
    ],
  ])('%s', (_, became, rebalance, expected) => {
    const { verdict, text } = explained(SELL, became, rebalance);
    expect(`${verdict}: ${text.slice(text.indexOf('. ') + 2)}`).toBe(expected);
  });

  it('to the edge of a band says so', () => {
    const band = { kind: 'ABSOLUTE', widthBps: 400, goal: 'EDGE' } as const;
    expect(explained({ ...SELL, band }).text).toContain(
      'The sell of 6 USD, to the edge of its band of 400 bps, at index 0 is to come.',
    );
  });

  it('of a short says what its collateral does, and when its buy-back costs cash', () => {
    const given: Given = {
      cash: 9_500n,
      positions: [short('A', 1_000n, 1_500n)],
      targets: [target('A', 500, '2.9')],
    };
    expect(said(given)).toBe(
      'PENDING: 10 USD short behind 15 USD was held, 1000 bps of NAV; the target is 4.56 USD behind 13.24 USD, ' +
        'from a weight of 500 bps. The buy-back of 3.68 USD at index 0 is to come. Buying it back needs more ' +
        'cash than it releases, so it stands in the buy leg, where sells that fail can cut it.',
    );
  });
});

describe('a position without a trade', () => {
  it('whose change is too small says each tolerance', () => {
    const tolerances = {
      kind: 'ABSOLUTE',
      exposure: 1_000n,
      collateral: 2_000n,
      net: 1_001n,
    } as const;
    expect(said({ ...SELL, tolerances })).toBe(
      'BELOW_TOLERANCE: 30 USD was held, 3000 bps of NAV; the target is 20 USD, from a weight of 2000 bps. ' +
        'The change is within every tolerance: 10 USD of 10 USD in exposure, 10 USD of 20 USD in collateral, ' +
        '10 USD of 10.01 USD in cash; so it is not traded.',
    );
  });

  it.each([
    ['NAV', 'ABSOLUTE', 1_000],
    ['the target', 'RELATIVE', 5_000],
  ] as const)('whose drift is inside a band of %s', (of, kind, widthBps) => {
    expect(said({ ...SELL, band: { kind, widthBps, goal: 'CENTRE' } })).toBe(
      'INSIDE_BAND: 30 USD was held, 3000 bps of NAV; the target is 20 USD, from a weight of 2000 bps. ' +
        `Its drift of 10 USD is inside the band of ${widthBps} bps of ${of}, so it is left alone.`,
    );
  });

  it('that is on its target', () => {
    expect(said({ ...SELL, targets: [target('A', 3_000)] })).toBe(
      'ON_TARGET: 30 USD was held, 3000 bps of NAV; the target is 30 USD, from a weight of 3000 bps. ' +
        'It is on its target, so there is nothing to trade.',
    );
  });

  it('that is not investible and not held', () => {
    const targets = [{ ...target('A', 500), investible: false }];
    expect(said({ cash: 10_000n, targets })).toBe(
      'NOT_INVESTIBLE: Nothing was held; the target is 0 USD, as it is not investible and its weight of ' +
        '500 bps spreads over the rest. Nothing is traded: no money may go there.',
    );
  });
});

describe('where a target comes from', () => {
  it.each<[string, Given, Partial<ExplainedRebalance>, string]>([
    [
      'a plan without it',
      { ...SELL, targets: [] },
      {},
      'the target is 0 USD, as the plan has no target for it.',
    ],
    [
      'a settlement',
      { ...SELL, targets: [] },
      { source: 'SETTLE' },
      'the target is 0 USD, as every position is exited.',
    ],
    [
      'a request',
      {
        ...SELL,
        goal: {
          kind: 'ACTIONS',
          actions: [{ assetId: 'A', side: 'LONG', quantityDelta: 1n, collateralDelta: 0n }],
        },
      },
      { source: 'ACTIONS' },
      'the target is 30.01 USD, as was asked for.',
    ],
    [
      'a plan that takes it out',
      { ...SELL, targets: [{ ...target('A', 2_000), investible: false }] },
      {},
      'the target is 0 USD, as it is not investible and its weight of 2000 bps spreads over the rest.',
    ],
  ])('%s', (_, given, rebalance, text) => {
    expect(explained(given, {}, rebalance).text).toContain(
      `30 USD was held, 3000 bps of NAV; ${text}`,
    );
  });
});
