import { describe, expect, it } from 'vitest';
import { refuseThinCollateral } from './collateral-cover.js';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, short } from './generate.fixture.js';

/** What becomes of an action on a short of 100, held against `collateral`. */
const outcome = (quantityDelta: bigint, collateralDelta: bigint, collateral = 150n): string => {
  const action = { assetId: 'A', side: 'SHORT' as const, quantityDelta, collateralDelta };
  const positions = [short('A', 100n, collateral)];
  const goal = { kind: 'ACTIONS' as const, actions: [action] };
  const { actions, valuation } = unwrap(generate(inputOf({ cash: 1_000n, positions, goal })));
  const error = refuseThinCollateral([action], actions, valuation.positions);
  return error === undefined ? 'accepted' : `${error.reason} ${error.violations[0]?.field ?? ''}`;
};
const THIN = 'KAPPA_OUT_OF_RANGE explicit_actions.actions[0].collateral_delta';

describe('an action on a short', () => {
  it('that sells more keeps more collateral than exposure, to the unit', () => {
    expect([outcome(49n, 0n), outcome(50n, 0n), outcome(50n, 1n)]).toEqual([
      'accepted',
      THIN,
      'accepted',
    ]);
  });

  it('that releases collateral does so as well', () => {
    expect([outcome(0n, -49n), outcome(0n, -50n)]).toEqual(['accepted', THIN]);
  });

  it('that closes it may release all', () => {
    expect(outcome(-100n, -150n)).toBe('accepted');
  });

  it('that makes things better passes where they are bad', () => {
    expect([outcome(-1n, 0n, 90n), outcome(0n, 1n, 90n)]).toEqual(['accepted', 'accepted']);
    expect(outcome(-1n, -1n, 90n)).toBe(THIN);
  });
});
