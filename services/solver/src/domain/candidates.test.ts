import { describe, expect, it } from 'vitest';
import { assess } from './candidates.js';
import { managerOf, scoring, strategyInput } from './solver.fixture.js';
import type { Strategy, StrategyInput, StrategySnapshot } from './strategy.js';

const filterOf = (input: StrategyInput, allowed = true): string | undefined =>
  assess([input], managerOf(allowed ? [input] : [])).assessments[0]?.failedFilter;
const withSnapshot = (snapshot: Partial<StrategySnapshot>): StrategyInput =>
  strategyInput('s', {}, snapshot);
const withState = (state: Strategy['state']): StrategyInput => strategyInput('s', { state });

describe('candidates', () => {
  it('are allowed, active, healthy and score above 0', () => {
    expect(filterOf(strategyInput('s'))).toBeUndefined();
    expect(filterOf({ strategy: strategyInput('s').strategy })).toBe('SNAPSHOT_MISSING');
    expect(filterOf(strategyInput('s'), false)).toBe('NOT_ALLOWED');
    expect(filterOf(withState('PAUSED'))).toBe('NOT_ACTIVE');
    expect(filterOf(withState('EXIT_ONLY'))).toBe('NOT_ACTIVE');
    expect(filterOf(withState('DISABLED'))).toBe('NOT_ACTIVE');
    expect(filterOf(withSnapshot({ oracleHealthy: false }))).toBe('ORACLE_UNHEALTHY');
    expect(filterOf(withSnapshot({ protocolHealthy: false }))).toBe('PROTOCOL_UNHEALTHY');
  });

  it('need a score of at least 1', () => {
    expect(filterOf(scoring('s', 1))).toBeUndefined();
    expect(filterOf(scoring('s', 0))).toBe('SCORE_NOT_POSITIVE');
  });

  it('may have unhealthy withdrawals: a penalty, not a filter', () => {
    expect(filterOf(withSnapshot({ withdrawalsHealthy: false }))).toBeUndefined();
  });

  it('name the first filter they failed when several apply', () => {
    expect(
      filterOf(strategyInput('s', { state: 'PAUSED' }, { protocolHealthy: false }), false),
    ).toBe('NOT_ALLOWED');
  });

  it('come best first, while assessments come by id', () => {
    const inputs = [scoring('a', 1), scoring('c', 3), scoring('b', 3)];
    const { assessments, candidates } = assess(inputs, managerOf(inputs));
    expect(assessments.map(({ strategyId }) => strategyId)).toEqual(['a', 'b', 'c']);
    expect(candidates.map(({ strategy }) => strategy.strategyId)).toEqual(['b', 'c', 'a']);
  });
});
