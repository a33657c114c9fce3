import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { buildPlan } from './build-plan.js';
import { isNoAllocation, noOpReason, type Plan } from './plan.js';
import { policyOf, roundsProblem, scoring, vaultOf } from './solver.fixture.js';
import { verifyPlan } from './verify.js';

/** 9000 bps to one strategy of which this much is held already. */
function planFor(heldBps: number, minRebalanceDeltaBps: number): Plan {
  const result = buildPlan(
    roundsProblem([scoring('a', 600)], {
      policy: policyOf({ minRebalanceDeltaBps }),
      vault: vaultOf({ weights: [{ assetId: 'A', side: 'LONG', weightBps: heldBps }] }),
    }),
  );
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('a plan that changes too little', () => {
  it('is a no-op strictly below the minimum delta of its policy', () => {
    expect(planFor(8950, 50).summary).toMatchObject({ totalDeltaBps: 50, noOp: false });
    expect(planFor(8951, 50).summary).toMatchObject({ totalDeltaBps: 49, noOp: true });
  });

  it('is a plan with all its documents that says why it does not act', () => {
    const plan = planFor(8951, 50);
    expect(verifyPlan(plan).ok).toBe(true);
    expect(plan.targets).toMatchObject([{ assetId: 'A', weightBps: 9000 }]);
    expect(noOpReason(plan)).toBe(
      'targets differ from what is held by 49 bps in sum, less than the 50 bps from which the policy acts',
    );
  });

  it('has no reason if it acts, and never is a no-op without a minimum', () => {
    expect(noOpReason(planFor(8950, 50))).toBeUndefined();
    expect(noOpReason(planFor(9000, 0))).toBeUndefined();
    expect(planFor(9000, 0).summary).toMatchObject({ totalDeltaBps: 0, noOp: false });
  });

  it('is a no-op of an explicit plan too', () => {
    const result = buildPlan({
      mode: 'EXPLICIT',
      targets: [{ assetId: 'A', side: 'LONG', weightBps: 100, investible: true }],
      policy: policyOf({ minRebalanceDeltaBps: 101 }),
      vault: vaultOf(),
      snapshotHash: 'a'.repeat(64),
      generateTime: instant(0),
    });
    if (!result.ok) throw new Error(result.error.message);
    expect(noOpReason(result.value)).toContain('100 bps in sum, less than the 101 bps');
    expect(isNoAllocation(result.value)).toBe(false);
  });
});

describe('equal scores', () => {
  // There is room for one, and the first in the order takes it.
  it('T8: are served by strategyId in code units, whatever the order of the input', () => {
    const weightsOf = (...ids: readonly string[]) => {
      const strategies = ids.map((id, index) =>
        scoring(id, 300, { protocol: 'one', assetId: `SHARE-${index}` }),
      );
      const policy = policyOf({ minLiquidReserveBps: 0, defaultProtocolCapBps: 100 });
      const result = buildPlan(roundsProblem(strategies, { policy }));
      if (!result.ok) throw new Error(result.error.message);
      return result.value.targets.map(({ strategyId, weightBps }) => `${strategyId} ${weightBps}`);
    };
    expect(weightsOf('b', 'B', 'a')).toEqual(['B 100']);
    expect(weightsOf('b', 'a')).toEqual(['a 100']);
    expect(weightsOf('a10', 'a9')).toEqual(['a10 100']);
  });

  it('yield to a higher score, whatever its id', () => {
    const strategies = [
      scoring('a', 300, { protocol: 'one' }),
      scoring('z', 301, { protocol: 'one' }),
    ];
    const policy = policyOf({ minLiquidReserveBps: 0, defaultProtocolCapBps: 100 });
    const result = buildPlan(roundsProblem(strategies, { policy }));
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.targets).toMatchObject([{ strategyId: 'z', weightBps: 100 }]);
  });
});
