import { describe, expect, it } from 'vitest';
import type { Allocation } from './allocate.js';
import { solve } from './solve.js';
import { managerOf, policyOf, scoring } from './solver.fixture.js';
import type { Policy } from './policy.js';
import type { StrategyInput } from './strategy.js';

const allocation = (
  strategies: readonly StrategyInput[],
  policy: Partial<Policy> = {},
): Allocation =>
  solve({ strategies, policy: policyOf(policy), manager: managerOf(strategies) }).allocation;
const weights = (
  strategies: readonly StrategyInput[],
  policy: Partial<Policy> = {},
): Record<string, number> => Object.fromEntries(allocation(strategies, policy).weights);

describe('allocation in rounds', () => {
  it('scores 600/300/100 with reserve 1000 give 5400/2700/900', () => {
    expect(weights([scoring('a', 600), scoring('b', 300), scoring('c', 100)])).toEqual({
      a: 5400,
      b: 2700,
      c: 900,
    });
  });

  it('with a cap of 4000 on the first they give 4000/3750/1250', () => {
    const strategies = [
      scoring('a', 600, { strategyCapBps: 4000 }),
      scoring('b', 300),
      scoring('c', 100),
    ];
    expect(weights(strategies)).toEqual({ a: 4000, b: 3750, c: 1250 });
    expect(allocation(strategies).clips).toEqual([
      {
        round: 0,
        strategyId: 'a',
        constraint: 'STRATEGY_CAP',
        limitBps: 4000,
        usedBps: 0,
        wantedBps: 5400,
        grantedBps: 4000,
        explanation: 'strategy a may weigh at most 4000 bps by its definition and has 0',
      },
    ]);
  });

  it('scores 500/499/5/4 with reserve 500 give 4712/4703/85/0: the floor of 100 starves the last', () => {
    const strategies = [scoring('a', 500), scoring('b', 499), scoring('c', 5), scoring('d', 4)];
    expect(weights(strategies, { minLiquidReserveBps: 500 })).toEqual({ a: 4712, b: 4703, c: 85 });
  });

  it('T7: remaining and total are frozen at the start of a round', () => {
    // With a live remaining b would want half of the 4500 that a left: 2250.
    const { rounds } = allocation([scoring('a', 500), scoring('b', 500)]);
    expect(rounds).toEqual([
      [
        { strategyId: 'a', weightBps: 4500 },
        { strategyId: 'b', weightBps: 4500 },
      ],
    ]);
  });

  it('T7: the total of a round counts the eligible candidates only', () => {
    // Round 1: 4500 wanted each, a is cut to 1000. Round 2: b alone is eligible and takes all 3500.
    const { rounds } = allocation([scoring('a', 500, { strategyCapBps: 1000 }), scoring('b', 500)]);
    expect(rounds).toEqual([
      [
        { strategyId: 'a', weightBps: 1000 },
        { strategyId: 'b', weightBps: 4500 },
      ],
      [{ strategyId: 'b', weightBps: 3500 }],
    ]);
  });

  it('room is live inside a round: a shared cap is used up by the better score', () => {
    const shared = { protocol: 'aave' };
    const strategies = [scoring('a', 600, shared), scoring('b', 300, shared)];
    const result = allocation(strategies, { defaultProtocolCapBps: 6500 });
    // a wants 6000, b wants 3000 and finds 500 left of the protocol cap.
    expect(result.rounds).toEqual([
      [
        { strategyId: 'a', weightBps: 6000 },
        { strategyId: 'b', weightBps: 500 },
      ],
    ]);
    expect(result.idleBps).toBe(2500);
    expect(result.clips).toMatchObject([
      { strategyId: 'b', constraint: 'PROTOCOL_CAP', limitBps: 6500, usedBps: 6000 },
    ]);
  });

  it('a named protocol cap goes before the default', () => {
    const strategies = [scoring('a', 600, { protocol: 'aave' })];
    expect(weights(strategies, { protocolCaps: [{ protocol: 'aave', capBps: 700 }] })).toEqual({
      a: 700,
    });
  });

  it('the policy cap binds when it is below the own cap', () => {
    const result = allocation([scoring('a', 600)], { strategyCapBps: 2000 });
    expect(result.clips.map(({ constraint }) => constraint)).toEqual(['POLICY_STRATEGY_CAP']);
    expect([...result.weights]).toEqual([['a', 2000]]);
  });

  it('exotic and marginfi strategies have caps of their own', () => {
    const strategies = [
      scoring('e', 600, { exotic: true }),
      scoring('m', 300, { protocol: 'marginfi' }),
    ];
    const result = allocation(strategies, { exoticCapBps: 400, marginFiCapBps: 300 });
    expect(Object.fromEntries(result.weights)).toEqual({ e: 400, m: 300 });
    expect(result.clips.map(({ constraint }) => constraint)).toEqual([
      'EXOTIC_CAP',
      'MARGINFI_CAP',
    ]);
  });

  it('a candidate that a cap shuts out entirely is named with that cap', () => {
    const result = allocation([scoring('a', 600, { strategyCapBps: 0 })]);
    expect([...result.weights]).toEqual([]);
    expect(result.clips).toMatchObject([{ strategyId: 'a', constraint: 'STRATEGY_CAP' }]);
    expect([result.rounds, result.idleBps]).toEqual([[], 9000]);
  });

  it('equal scores go by id: the first has the better rounding', () => {
    const strategies = [scoring('b', 1), scoring('a', 1), scoring('c', 1)];
    // start 10000: 3333 wanted each; 1 remains and goes, as a want of at least 100, to a.
    expect(weights(strategies, { minLiquidReserveBps: 0 })).toEqual({ a: 3334, b: 3333, c: 3333 });
  });
});
