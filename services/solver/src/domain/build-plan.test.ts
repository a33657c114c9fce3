import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { buildPlan, type ExplicitProblem } from './build-plan.js';
import { explainLines } from './explain/explain-lines.js';
import type { ExplicitTarget } from './explicit-targets.js';
import { isNoAllocation, type Plan } from './plan.js';
import type { Policy } from './policy.js';
import { managerOf, policyOf, roundsProblem, scoring, vaultOf } from './solver.fixture.js';

const built = (problem: Parameters<typeof buildPlan>[0]): Plan => {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const long = (assetId: string, weightBps: number): ExplicitTarget => ({
  assetId,
  side: 'LONG',
  weightBps,
  investible: true,
});
const explicit = (
  targets: readonly ExplicitTarget[],
  changes: Partial<ExplicitProblem> = {},
): ExplicitProblem => ({
  mode: 'EXPLICIT',
  targets,
  vault: vaultOf(),
  snapshotHash: 'a'.repeat(64),
  generateTime: instant(1_522_800_000_000),
  ...changes,
});
const refusal = (targets: readonly ExplicitTarget[], policy?: Policy) => {
  const result = buildPlan(explicit(targets, policy === undefined ? {} : { policy }));
  return result.ok ? [] : result.error.violations.map(({ field, reason }) => `${field} ${reason}`);
};

describe('a plan of mode ROUNDS', () => {
  const strategies = [scoring('a', 600), scoring('b', 300), scoring('c', 0)];

  it('carries its targets, LONG and investible, with the strategy behind each', () => {
    const plan = built(roundsProblem(strategies));
    expect(plan.targets).toEqual([
      { assetId: 'A', side: 'LONG', weightBps: 6000, investible: true, strategyId: 'a' },
      { assetId: 'B', side: 'LONG', weightBps: 3000, investible: true, strategyId: 'b' },
    ]);
    expect(plan.summary).toMatchObject({
      mode: 'ROUNDS',
      reserveBps: 1000,
      idleBps: 0,
      totalDeltaBps: 9000,
      noOp: false,
      policyId: 'policy-1',
      policyVersion: 1,
    });
  });

  it('names the failed filter of every excluded strategy', () => {
    const plan = built(roundsProblem(strategies));
    expect(plan.scores.map(({ strategyId, failedFilter }) => [strategyId, failedFilter])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'SCORE_NOT_POSITIVE'],
    ]);
  });

  it('explains every basis point', () => {
    const lines = explainLines(built(roundsProblem(strategies)));
    expect(lines.map(({ kind, weightBps, text }) => [kind, weightBps, text])).toEqual([
      ['GRANT', 6000, 'A LONG: score 600 earned 6000 bps in round 1'],
      ['GRANT', 3000, 'B LONG: score 300 earned 3000 bps in round 1'],
      ['RESERVE', 1000, expect.stringContaining('at least 1000 bps liquid')],
      ['IDLE', 0, 'no strategy had room left for it'],
    ]);
  });

  it('has one hash whatever the order of its lists', () => {
    const hash = built(roundsProblem(strategies)).planHash;
    expect(built(roundsProblem([...strategies].reverse())).planHash).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['the vault version', { vault: vaultOf({ vaultVersion: 8 }) }],
    ['the NAV', { vault: vaultOf({ nav: 1_000_001n }) }],
    ['the snapshot', { snapshotHash: 'b'.repeat(64) }],
    ['the time', { generateTime: instant(1_522_800_000_001) }],
    ['the policy version', { policy: policyOf({ version: 2 }) }],
    ['a limit that does not bind', { policy: policyOf({ exoticCapBps: 9999 }) }],
    ['the manager', { manager: { ...managerOf(strategies), managerId: 'manager-2' } }],
  ])('has another hash when %s changes', (_what, changes) => {
    const hash = built(roundsProblem(strategies)).planHash;
    expect(built(roundsProblem(strategies, changes)).planHash).not.toBe(hash);
  });

  it('T11: allocates nothing when nobody qualifies, and says so', () => {
    const plan = built(roundsProblem([scoring('c', 0)]));
    expect(isNoAllocation(plan)).toBe(true);
    expect(plan.summary).toMatchObject({
      idleBps: 9000,
      expectedBlendedApyBps: 0,
      riskBudgetUsageBps: 0,
    });
  });

  it('counts a held asset that no strategy owns as delta, and builds no step for it', () => {
    const vault = vaultOf({ weights: [{ assetId: 'OTHER', side: 'LONG', weightBps: 400 }] });
    const plan = built(roundsProblem([scoring('c', 0)], { vault }));
    expect([plan.summary.totalDeltaBps, plan.steps]).toEqual([400, []]);
  });

  it('is refused when the maximum notional cuts it into more than 10 000 steps', () => {
    // 900 000 in pieces: 90 → exactly 10 000 steps, 89 → 10 113.
    const one = [scoring('a', 600)];
    const withMax = (maxNotional: bigint) =>
      buildPlan(roundsProblem(one, { manager: { ...managerOf(one), maxNotional } }));
    expect(withMax(90n).ok).toBe(true);
    expect(withMax(89n)).toMatchObject({
      ok: false,
      error: { violations: [{ field: 'manager_id', reason: 'FIELD_INVALID' }] },
    });
  });
});

describe('a plan of mode EXPLICIT', () => {
  it('takes its targets as they are, without scores, steps, APY or risk', () => {
    const short: ExplicitTarget = {
      assetId: 'ETH',
      side: 'SHORT',
      weightBps: 1000,
      kappa: '1.5',
      investible: true,
    };
    const plan = built(
      explicit([short, long('BTC', 5000), { ...long('BTC', 1), side: 'SHORT', kappa: '2' }]),
    );
    expect(plan.targets).toEqual([
      long('BTC', 5000),
      { ...long('BTC', 1), side: 'SHORT', kappa: '2' },
      short,
    ]);
    expect([plan.scores, plan.steps]).toEqual([[], []]);
    expect(plan.summary).toMatchObject({
      mode: 'EXPLICIT',
      reserveBps: 0,
      idleBps: 3999,
      expectedBlendedApyBps: 0,
      riskBudgetUsageBps: 0,
      totalDeltaBps: 6001,
    });
  });

  it('without a policy has neither policy id nor version', () => {
    const { summary } = built(explicit([long('BTC', 10_000)]));
    expect('policyId' in summary || 'policyVersion' in summary).toBe(false);
  });

  it('a stated κ of 1 on a long changes nothing', () => {
    const plain = built(explicit([long('BTC', 1)]));
    expect(built(explicit([{ ...long('BTC', 1), kappa: '1' }])).planHash).toBe(plain.planHash);
  });

  it('T10: reserve and strategy cap of the policy bound the weights', () => {
    const policy = policyOf({ minLiquidReserveBps: 3000, strategyCapBps: 4000 });
    expect(refusal([long('A', 4000), long('B', 3000)], policy)).toEqual([]);
    expect(refusal([long('A', 4001)], policy)).toEqual([
      'targets[0].weight_bps STRATEGY_CAP_EXCEEDED',
    ]);
    expect(refusal([long('A', 4000), long('B', 3001)], policy)).toEqual([
      'targets RESERVE_NOT_KEPT',
    ]);
  });

  it('refuses 10 001 bps in all, negative weights, and a position stated twice', () => {
    expect(refusal([long('A', 5000), long('B', 5001)])).toEqual(['targets WEIGHT_SUM_TOO_LARGE']);
    expect(refusal([long('A', -1)])).toEqual(['targets[0].weight_bps WEIGHT_OUT_OF_RANGE']);
    expect(refusal([long('A', 0)])).toEqual([]);
    expect(refusal([long('A', 1), long('A', 1)])).toEqual(['targets[1].asset_id DUPLICATE_ID']);
  });

  it.each([
    ['LONG', '1', []],
    ['LONG', '1.1', ['targets[0].kappa_decimal KAPPA_OUT_OF_RANGE']],
    ['LONG', '1.0', ['targets[0].kappa_decimal DECIMAL_NOT_CANONICAL']],
    ['SHORT', '1.000000000000000001', []],
    ['SHORT', '1', ['targets[0].kappa_decimal KAPPA_OUT_OF_RANGE']],
    ['SHORT', undefined, ['targets[0].kappa_decimal KAPPA_OUT_OF_RANGE']],
    ['SHORT', '+2', ['targets[0].kappa_decimal DECIMAL_NOT_CANONICAL']],
  ] as const)('a %s with κ %s', (side, kappa, expected) => {
    const target = { ...long('A', 1), side };
    expect(refusal([kappa === undefined ? target : { ...target, kappa }])).toEqual(expected);
  });

  it('names every bad field at once', () => {
    expect(refusal([long('A', 10_001), { ...long('B', -1), side: 'SHORT' }])).toEqual([
      'targets[0].weight_bps WEIGHT_OUT_OF_RANGE',
      'targets[1].weight_bps WEIGHT_OUT_OF_RANGE',
      'targets[1].kappa_decimal KAPPA_OUT_OF_RANGE',
    ]);
  });
});
