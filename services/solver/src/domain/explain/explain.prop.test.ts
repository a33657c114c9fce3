import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignCount } from '@trimtab/testkit';
import { buildPlan, type RoundsProblem } from '../build-plan.js';
import type { Plan } from '../plan.js';
import type { Policy } from '../policy.js';
import { problemArbitrary } from '../problem.fixture.js';
import { strategyInput } from '../solver.fixture.js';
import type { Strategy, StrategyInput, StrategySnapshot } from '../strategy.js';
import { admittingChange } from './admitting-change.js';
import type { Change } from './change.js';
import { explainExclusions } from './explain-exclusions.js';
import { explainLines } from './explain-lines.js';
import { waterfallsOf } from './score-waterfall.js';

const SEED = 20260718;

const built = (problem: RoundsProblem): Plan => {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** Makes a change as a user would, with none of the code that found it. */
const changed = (problem: RoundsProblem, { kind, name, to }: Change): RoundsProblem => {
  const policyWith = (limits: Partial<Policy>): RoundsProblem => ({
    ...problem,
    policy: { ...problem.policy, ...limits },
  });
  const strategyWith = (
    definition: Partial<Strategy>,
    values?: Partial<StrategySnapshot>,
  ): RoundsProblem => ({
    ...problem,
    strategies: problem.strategies.map((input): StrategyInput => {
      if (input.strategy.strategyId !== name) return input;
      const perfect = strategyInput(name).snapshot;
      const snapshot = input.snapshot ?? perfect;
      if (snapshot === undefined) throw new Error('the fixture has a snapshot');
      return {
        strategy: { ...input.strategy, ...definition },
        ...(values === undefined && input.snapshot === undefined
          ? {}
          : { snapshot: { ...snapshot, ...values } }),
      };
    }),
  });
  switch (kind) {
    case 'SNAPSHOT':
    case 'GROSS_APY':
      return strategyWith({}, { grossApyBps: to });
    case 'ALLOWED': {
      const { allowedStrategies } = problem.manager;
      const manager = { ...problem.manager, allowedStrategies: [...allowedStrategies, name ?? ''] };
      return { ...problem, manager };
    }
    case 'ACTIVE':
      return strategyWith({ state: 'ACTIVE' });
    case 'ORACLE_HEALTHY':
      return strategyWith({}, { oracleHealthy: true });
    case 'PROTOCOL_HEALTHY':
      return strategyWith({}, { protocolHealthy: true });
    case 'STRATEGY_CAP':
      return strategyWith({ strategyCapBps: to });
    case 'POLICY_STRATEGY_CAP':
      return policyWith({ strategyCapBps: to });
    case 'EXOTIC_CAP':
      return policyWith({ exoticCapBps: to });
    case 'MARGINFI_CAP':
      return policyWith({ marginFiCapBps: to });
    case 'RESERVE':
      return policyWith({ minLiquidReserveBps: to });
    case 'PROTOCOL_CAP': {
      const others = problem.policy.protocolCaps.filter(({ protocol }) => protocol !== name);
      return policyWith({ protocolCaps: [...others, { protocol: name ?? '', capBps: to }] });
    }
  }
};

const modeArbitrary = fc.constantFrom('ROUNDS' as const, 'ROUNDS' as const, 'EXACT' as const);

describe('the explanation of every plan', () => {
  it('has lines that sum to exactly 10 000, and waterfalls that sum to the scores', () => {
    fc.assert(
      fc.property(problemArbitrary, modeArbitrary, (problem, mode) => {
        const plan = built({ ...problem, mode });
        const sum = explainLines(plan).reduce((total, { weightBps }) => total + weightBps, 0);
        expect(sum).toBe(10_000);
        const named = new Set(plan.targets.map(({ strategyId }) => strategyId));
        const excluded = explainExclusions(plan).map(({ strategyId }) => strategyId);
        expect(excluded.filter((strategyId) => named.has(strategyId))).toEqual([]);
        expect(excluded.length + named.size).toBe(plan.scores.length);
        const waterfallOf = waterfallsOf(plan);
        for (const { strategyId, score } of plan.scores) {
          const lines = waterfallOf(strategyId);
          expect(lines.reduce((total, { bps }) => total + bps, 0)).toBe(score?.scoreBps ?? 0);
        }
      }),
      { seed: SEED, numRuns: campaignCount(150, 5000) },
    );
  });

  it('names changes that admit, made exactly, and do not with one unit less', () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(problemArbitrary, modeArbitrary, (given, mode) => {
        const problem = { ...given, mode, strategies: given.strategies.map(withoutSomeSnapshots) };
        const plan = built(problem);
        const isAdmitted = (strategyId: string, change: Change): boolean =>
          built(changed(problem, change)).targets.some((one) => one.strategyId === strategyId);
        for (const { strategyId } of explainExclusions(plan)) {
          const change = admittingChange(plan, strategyId);
          if (change === undefined) continue;
          kinds.set(change.kind, (kinds.get(change.kind) ?? 0) + 1);
          expect(isAdmitted(strategyId, change)).toBe(true);
          const back = change.to > change.from ? -1 : 1;
          const less = { ...change, to: change.to + back };
          if (less.to === less.from) continue;
          expect(isAdmitted(strategyId, less)).toBe(false);
        }
      }),
      { seed: SEED, numRuns: campaignCount(60, 2000) },
    );
    // Every kind of reason was met.
    expect([...kinds.keys()]).toEqual(
      expect.arrayContaining(['SNAPSHOT', 'ALLOWED', 'ACTIVE', 'ORACLE_HEALTHY', 'GROSS_APY']),
    );
  });
});

function withoutSomeSnapshots(input: StrategyInput, index: number): StrategyInput {
  return index % 6 === 5 ? { strategy: input.strategy } : input;
}
