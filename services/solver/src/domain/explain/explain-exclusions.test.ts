import { describe, expect, it } from 'vitest';
import { buildPlan, type RoundsProblem } from '../build-plan.js';
import { explainExclusions } from './explain-exclusions.js';
import { policyOf, roundsProblem, scoring } from '../solver.fixture.js';
import type { Policy } from '../policy.js';
import type { StrategyInput } from '../strategy.js';

const exclusions = (strategies: readonly StrategyInput[], limits: Partial<Policy> = {}) => {
  const problem: RoundsProblem = roundsProblem(strategies, { policy: policyOf(limits) });
  const plan = buildPlan(problem);
  if (!plan.ok) throw new Error(plan.error.message);
  return explainExclusions(plan.value);
};

describe('the explanation of an exclusion', () => {
  it('names the failed filter', () => {
    expect(exclusions([scoring('a', 0)])).toEqual([
      {
        strategyId: 'a',
        failedFilter: 'SCORE_NOT_POSITIVE',
        text: 'failed the filter SCORE_NOT_POSITIVE: it scores 0, and a candidate at least 1',
      },
    ]);
  });

  it.each([
    ['STRATEGY_CAP', { strategyCapBps: 0 }, {}, 'strategy z may weigh at most 0 bps'],
    ['POLICY_STRATEGY_CAP', {}, { strategyCapBps: 0 }, 'any one strategy weigh at most 0 bps'],
    [
      'PROTOCOL_CAP',
      { protocol: 'p' },
      { defaultProtocolCapBps: 0 },
      'protocol p may weigh at most 0',
    ],
    ['EXOTIC_CAP', { exotic: true }, { exoticCapBps: 0 }, 'exotic strategies may weigh at most 0'],
    [
      'MARGINFI_CAP',
      { protocol: 'marginfi' },
      { marginFiCapBps: 0 },
      'marginfi strategies may weigh',
    ],
  ] as const)('names the full cap %s', (cap, definition, limits, text) => {
    expect(exclusions([scoring('z', 9, definition)], limits)).toMatchObject([
      { strategyId: 'z', clippedBy: cap, text: expect.stringContaining(text) as string },
    ]);
  });

  it('says when nothing remained', () => {
    const strategies = [scoring('a', 500), scoring('b', 499), scoring('c', 5), scoring('d', 4)];
    expect(exclusions(strategies, { minLiquidReserveBps: 500 })).toEqual([
      { strategyId: 'd', text: 'nothing remained for d when its turn came' },
    ]);
  });
});
