import { describe, expect, it } from 'vitest';
import { unwrap } from './fold.fixture.js';
import { generate, type GenerateInput } from './generate.js';
import { inputOf, long, priced, short, target } from './generate.fixture.js';
import { createPriceBook } from './price-book.js';
import { DEFAULT_TOLERANCES } from './tolerances.js';

const trades = (given: Parameters<typeof inputOf>[0]): readonly unknown[] =>
  unwrap(generate(inputOf(given))).actions.map(
    ({ assetId, side, group, deltaExposure, deltaCollateral, deltaNet }) =>
      [assetId, side[0], group, deltaExposure, deltaCollateral, deltaNet].join(' '),
  );
const refusal = (given: Parameters<typeof inputOf>[0]): unknown => {
  const result = generate(inputOf(given));
  return result.ok ? 'accepted' : { reason: result.error.reason, metadata: result.error.metadata };
};

describe('NAV', () => {
  it('is cash, longs, and of shorts the collateral less the value', () => {
    const { valuation } = unwrap(
      generate(inputOf({ cash: 100n, positions: [long('A', 50n), short('B', 30n, 45n)] })),
    );
    expect(valuation.nav).toBe(165n); // 100 + 50 + (45 - 30)
    expect(valuation.positions.map(({ value }) => value)).toEqual([50n, 30n]);
  });

  it('floors each value: 3 base units at 0.5 are 1', () => {
    const prices = createPriceBook(0, [priced('A', '0.5')]);
    const { valuation } = unwrap(
      generate(inputOf({ prices, cash: 1n, positions: [long('A', 3n)] })),
    );
    expect(valuation.nav).toBe(2n);
  });

  it('must be above 0', () => {
    const reason = { reason: 'NAV_NOT_POSITIVE', metadata: { nav: '0' } };
    expect(refusal({ cash: 30n, positions: [short('A', 60n, 30n)] })).toEqual(reason);
    expect(refusal({ cash: 31n, positions: [short('A', 60n, 30n)] })).toBe('accepted');
  });
});

describe('prices', () => {
  it('of a held asset must be there', () => {
    const missing = { reason: 'PRICE_MISSING', metadata: { asset_id: 'Z' } };
    expect(refusal({ cash: 10n, positions: [long('Z', 1n)] })).toEqual(missing);
  });

  it('of an asset to buy must be there, of one with target 0 need not', () => {
    const missing = { reason: 'PRICE_MISSING', metadata: { asset_id: 'Z' } };
    expect(refusal({ cash: 10n, targets: [target('Z', 5_000)] })).toEqual(missing);
    expect(refusal({ cash: 10n, targets: [target('Z', 0)] })).toBe('accepted');
  });

  it('outside the limits of the snapshot stop generation', () => {
    const prices = createPriceBook(0, [priced('A', '1', { stale: true })]);
    const stale = { reason: 'PRICE_STALE', metadata: { asset_id: 'A' } };
    expect(refusal({ prices, cash: 10n, positions: [long('A', 1n)] })).toEqual(stale);
  });
});

describe('targets', () => {
  it('leave to the underlying what they do not state', () => {
    expect(trades({ cash: 1_000n, targets: [target('A', 2_500)] })).toEqual(['A L 3 250 250 250']);
  });

  it('that are not investible are 0 and spread their weight over the rest', () => {
    const closed = { ...target('B', 5_000), investible: false };
    // D = 2500 + 2500 of cash: 1000 · 2500 / 5000
    expect(trades({ cash: 1_000n, targets: [target('A', 2_500), closed] })).toEqual([
      'A L 3 500 500 500',
    ]);
  });

  it('are all 0 when nothing is investible and no cash is left: D = 0', () => {
    const closed = { ...target('A', 10_000), investible: false };
    expect(trades({ positions: [long('A', 70n), long('B', 30n)], targets: [closed] })).toEqual([
      'A L 1 -70 -70 -70',
      'B L 1 -30 -30 -30',
    ]);
  });

  it('of shorts count κ times, as collateral', () => {
    // D = 1.5 · 4000 + 6000 = 12000: t = 1200 · 4000 / 12000, c = 1.5 t, Δ = c - t
    expect(trades({ cash: 1_200n, targets: [target('A', 4_000, '1.5')] })).toEqual([
      'A S 3 400 600 200',
    ]);
  });

  it('of an asset on both sides are two positions', () => {
    const both = [target('A', 5_000), target('A', 2_500, '2')];
    // D = 5000 + 2 · 2500 + 2500 = 12500
    expect(trades({ cash: 1_250n, targets: both })).toEqual([
      'A L 3 500 500 500',
      'A S 3 250 500 250',
    ]);
  });

  it('of a held position that is not named are 0', () => {
    expect(trades({ cash: 10n, positions: [long('A', 5n)] })).toEqual(['A L 1 -5 -5 -5']);
  });

  it.each([
    ['weights above the whole', [target('A', 5_000), target('B', 5_001)], 'WEIGHT_SUM_TOO_LARGE'],
    ['a weight above the whole', [target('A', 10_001)], 'WEIGHT_OUT_OF_RANGE'],
    ['a negative weight', [target('A', -1)], 'WEIGHT_OUT_OF_RANGE'],
    ['a fraction of a bp', [target('A', 0.5)], 'WEIGHT_OUT_OF_RANGE'],
    ['a short with κ = 1', [target('A', 1, '1')], 'KAPPA_OUT_OF_RANGE'],
    [
      'a long with κ = 2',
      [{ ...target('A', 1, '2'), side: 'LONG' as const }],
      'KAPPA_OUT_OF_RANGE',
    ],
    ['a κ that is not canonical', [target('A', 1, '1.50')], 'DECIMAL_NOT_CANONICAL'],
    ['a target stated twice', [target('A', 1), target('A', 1)], 'DUPLICATE_ID'],
  ])('refuse %s', (_name, targets, reason) => {
    expect(refusal({ cash: 10n, targets })).toMatchObject({ reason });
  });

  it('take the whole, and a κ just above 1', () => {
    expect(refusal({ cash: 10n, targets: [target('A', 10_000)] })).toBe('accepted');
    expect(refusal({ cash: 10n, targets: [target('A', 1, '1.000000000000000001')] })).toBe(
      'accepted',
    );
  });
});

describe('the cash of a short', () => {
  // NAV = 1000 + 150 - 100 = 1050; κ 2 at 2100 bps: D = 12100, t = 182, c = 364
  const grown = {
    cash: 1_000n,
    positions: [short('A', 100n, 150n)],
    targets: [target('A', 2_100, '2')],
  };

  it('is collateral less exposure; in CONSERVATIVE mode proceeds are not spent', () => {
    expect(trades(grown)).toEqual(['A S 3 82 214 132']);
    expect(trades({ ...grown, netMode: 'CONSERVATIVE' })).toEqual(['A S 3 82 214 214']);
  });

  it('that shrinks releases collateral and pays the buy-back in both modes', () => {
    const closing = { ...grown, targets: [] };
    expect(trades(closing)).toEqual(['A S 2 -100 -150 -50']);
    expect(trades({ ...closing, netMode: 'CONSERVATIVE' })).toEqual(['A S 2 -100 -150 -50']);
  });

  it('T26: closing a short below its value needs cash, so it stands in the buy leg', () => {
    expect(trades({ cash: 1_000n, positions: [short('A', 100n, 80n)] })).toEqual([
      'A S 3 -100 -80 20',
    ]);
  });

  it('T26: and a failing sell scales it down like any buy', () => {
    const { program, actions } = unwrap(
      generate(inputOf({ cash: 100n, positions: [long('B', 50n), short('A', 100n, 80n)] })),
    );
    expect(actions.map(({ assetId }) => assetId)).toEqual(['B', 'A']);
    expect(program).toMatchObject({ sellCount: 1, amounts: [50n, 20n] });
  });
});

describe('tolerances', () => {
  const drifted = { cash: 900n, positions: [long('A', 100n)], targets: [target('A', 1_010)] };
  const withTolerance = (net: bigint): Parameters<typeof inputOf>[0] => ({
    ...drifted, // δ = 101 - 100 = 1
    tolerances: { kind: 'ABSOLUTE', exposure: 5n, collateral: 5n, net },
  });

  it('keep an action that exceeds any one of the three, strictly', () => {
    expect(trades(withTolerance(1n))).toEqual([]);
    expect(trades(withTolerance(0n))).toEqual(['A L 3 1 1 1']);
  });

  it('keep a short whose exposure alone has drifted', () => {
    const short100: Partial<GenerateInput> = { cash: 1_000n, positions: [short('A', 100n, 100n)] };
    const tolerances = { kind: 'ABSOLUTE', exposure: 99n, collateral: 500n, net: 500n } as const;
    expect(trades({ ...short100, tolerances })).toEqual(['A S 3 -100 -100 0']);
  });

  it('are 1e-5 of NAV by default: at NAV 100 000 a drift of 1 stays, of 2 is traded', () => {
    const at = (quantity: bigint): readonly unknown[] =>
      trades({
        cash: 100_000n - quantity,
        positions: [long('A', quantity)],
        targets: [target('A', 1_000)],
        tolerances: DEFAULT_TOLERANCES,
      });
    expect([at(9_999n), at(9_998n)]).toEqual([[], ['A L 3 2 2 2']]);
  });
});

describe('caps', () => {
  it('of longs are the value of what is held, of shorts their own amount', () => {
    const { actions } = unwrap(
      generate(
        inputOf({
          cash: 100n,
          positions: [long('A', 70n), long('B', 100n), short('C', 20n, 60n)],
          targets: [target('B', 5_000)],
        }),
      ),
    );
    // NAV = 100 + 70 + 100 + 40 = 310, B to 155
    expect(actions.map(({ assetId, cap }) => [assetId, cap])).toEqual([
      ['A', 70n],
      ['C', 40n],
      ['B', undefined],
    ]);
  });
});

describe('explicit actions', () => {
  const actions = (
    ...moves: readonly {
      assetId: string;
      quantityDelta: bigint;
      collateralDelta?: bigint;
      side?: 'SHORT';
    }[]
  ): Partial<GenerateInput> => ({
    cash: 100n,
    positions: [long('A', 50n), long('B', 50n), short('C', 10n, 20n)],
    goal: {
      kind: 'ACTIONS',
      actions: moves.map((move) => ({ side: 'LONG', collateralDelta: 0n, ...move })),
    },
  });

  it('trade what they name and nothing else', () => {
    const named = [
      { assetId: 'A', quantityDelta: -50n },
      { assetId: 'D', quantityDelta: 20n },
      { assetId: 'C', side: 'SHORT' as const, quantityDelta: -5n, collateralDelta: -10n },
    ];
    expect(trades(actions(...named))).toEqual([
      'A L 1 -50 -50 -50',
      'C S 2 -5 -10 -5',
      'D L 3 20 20 20',
    ]);
  });

  it.each([
    ['more than is held', { assetId: 'A', quantityDelta: -51n }, 'AMOUNT_OUT_OF_RANGE'],
    [
      'collateral of a long',
      { assetId: 'A', quantityDelta: 0n, collateralDelta: 1n },
      'FIELD_INVALID',
    ],
    [
      'more collateral than there is',
      { assetId: 'C', side: 'SHORT' as const, quantityDelta: 0n, collateralDelta: -21n },
      'AMOUNT_OUT_OF_RANGE',
    ],
    ['an asset without a price', { assetId: 'Z', quantityDelta: 1n }, 'PRICE_MISSING'],
  ])('refuse %s', (_name, move, reason) => {
    expect(refusal(actions(move))).toMatchObject({ reason });
  });

  it('refuse a position that is named twice', () => {
    const twice = { assetId: 'A', quantityDelta: -1n };
    expect(refusal(actions(twice, twice))).toMatchObject({ reason: 'DUPLICATE_ID' });
  });
});
