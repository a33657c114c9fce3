import { describe, expect, it } from 'vitest';
import { managerOf, policyOf, strategyInput } from './solver.fixture.js';
import type { Policy } from './policy.js';
import type { StrategySnapshot } from './strategy.js';
import {
  managerViolations,
  policyViolations,
  snapshotViolations,
  strategyViolations,
} from './validate-registry.js';

const policy = (changes: Partial<Policy>): readonly string[] =>
  policyViolations(policyOf(changes)).map(({ field, reason }) => `${field} ${reason}`);
const snapshot = (changes: Partial<StrategySnapshot>): readonly string[] => {
  const given = strategyInput('s', {}, changes).snapshot;
  if (given === undefined) throw new Error('the fixture has a snapshot');
  return snapshotViolations(given, 'snapshots[0]').map(({ field }) => field);
};

describe('a policy', () => {
  it('T10: keeps its reserve between 0 and 3000; a larger one is refused, not capped', () => {
    expect(policy({ minLiquidReserveBps: 0 })).toEqual([]);
    expect(policy({ minLiquidReserveBps: 3000 })).toEqual([]);
    expect(policy({ minLiquidReserveBps: 3001 })).toEqual([
      'policy.min_liquid_reserve_bps WEIGHT_OUT_OF_RANGE',
    ]);
    expect(policy({ minLiquidReserveBps: -1 })).toEqual([
      'policy.min_liquid_reserve_bps WEIGHT_OUT_OF_RANGE',
    ]);
  });

  it.each([
    ['strategy_cap_bps', 'strategyCapBps'],
    ['default_protocol_cap_bps', 'defaultProtocolCapBps'],
    ['exotic_cap_bps', 'exoticCapBps'],
    ['margin_fi_cap_bps', 'marginFiCapBps'],
  ])('keeps %s between 0 and 10 000', (field, name) => {
    expect(policy({ [name]: 0 })).toEqual([]);
    expect(policy({ [name]: 10_000 })).toEqual([]);
    expect(policy({ [name]: -1 })).toEqual([`policy.${field} WEIGHT_OUT_OF_RANGE`]);
    expect(policy({ [name]: 10_001 })).toEqual([`policy.${field} WEIGHT_OUT_OF_RANGE`]);
  });

  it('names each protocol once, with a weight', () => {
    const caps = (...capBps: readonly number[]) => ({
      protocolCaps: capBps.map((cap) => ({ protocol: 'p', capBps: cap })),
    });
    expect(policy(caps(10_000))).toEqual([]);
    expect(policy(caps(10_001))).toEqual(['policy.protocol_caps[0].cap_bps WEIGHT_OUT_OF_RANGE']);
    expect(policy(caps(1, 2))).toEqual(['policy.protocol_caps[1].protocol DUPLICATE_ID']);
  });

  it('has a minimum delta of 0 to 20 000', () => {
    expect(policy({ minRebalanceDeltaBps: 20_000 })).toEqual([]);
    expect(policy({ minRebalanceDeltaBps: 20_001 })).toEqual([
      'policy.min_rebalance_delta_bps FIELD_INVALID',
    ]);
  });
});

describe('a snapshot', () => {
  it('may have a negative yield, within 10 000 % a year', () => {
    expect(snapshot({ grossApyBps: -1_000_000 })).toEqual([]);
    expect(snapshot({ grossApyBps: 1_000_001 })).toEqual(['snapshots[0].gross_apy_bps']);
  });

  it.each([
    ['fee_bps', 'feeBps', 1_000_000],
    ['borrow_cost_bps', 'borrowCostBps', 1_000_000],
    ['slippage_bps', 'slippageBps', 1_000_000],
    ['risk_score_bps', 'riskScoreBps', 10_000],
    ['withdrawal_delay_hours', 'withdrawalDelayHours', 87_600],
    ['protocol_concentration_bps', 'protocolConcentrationBps', 10_000],
    ['operational_complexity_bps', 'operationalComplexityBps', 10_000],
  ])('has a %s from 0 to its limit', (field, name, max) => {
    expect(snapshot({ [name]: 0 })).toEqual([]);
    expect(snapshot({ [name]: max })).toEqual([]);
    expect(snapshot({ [name]: -1 })).toEqual([`snapshots[0].${field}`]);
    expect(snapshot({ [name]: max + 1 })).toEqual([`snapshots[0].${field}`]);
  });
});

describe('strategies and managers', () => {
  it('a strategy caps itself between 0 and 10 000', () => {
    const cap = (strategyCapBps: number) =>
      strategyViolations(strategyInput('s', { strategyCapBps }).strategy).map(({ field }) => field);
    expect([...cap(0), ...cap(10_000)]).toEqual([]);
    expect([...cap(-1), ...cap(10_001)]).toEqual([
      'strategy.strategy_cap_bps',
      'strategy.strategy_cap_bps',
    ]);
  });

  it('a manager names each strategy once and has a positive maximum or none', () => {
    const manager = managerOf([strategyInput('a')]);
    const fields = (changes: Partial<typeof manager>) =>
      managerViolations({ ...manager, ...changes }).map(({ field }) => field);
    expect([...fields({}), ...fields({ maxNotional: 1n })]).toEqual([]);
    expect(fields({ maxNotional: 0n })).toEqual(['manager.max_notional']);
    expect(fields({ allowedStrategies: ['a', 'b', 'a'] })).toEqual([
      'manager.allowed_strategies[2]',
    ]);
  });
});
