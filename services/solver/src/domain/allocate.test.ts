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

const grants = ({ rounds }: Allocation): readonly (readonly string[])[] =>
  rounds.map((round) => round.grants.map((grant) => `${grant.strategyId} ${grant.grantBps}`));
const clips = ({ rounds }: Allocation): readonly string[] =>
  rounds.flatMap((round) => round.grants.flatMap(({ clippedBy }) => clippedBy ?? []));

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
    // Round 1 wants 5400, 2700, 900; the 1400 that a leaves go 3 : 1 to b and c in round 2.
    expect(allocation(strategies).rounds).toEqual([
      {
        startBps: 9000,
        totalScoreBps: 1000,
        grants: [
          { strategyId: 'a', wantBps: 5400, grantBps: 4000, clippedBy: 'STRATEGY_CAP' },
          { strategyId: 'b', wantBps: 2700, grantBps: 2700 },
          { strategyId: 'c', wantBps: 900, grantBps: 900 },
        ],
      },
      {
        startBps: 1400,
        totalScoreBps: 400,
        grants: [
          { strategyId: 'b', wantBps: 1050, grantBps: 1050 },
          { strategyId: 'c', wantBps: 350, grantBps: 350 },
        ],
      },
    ]);
  });

  it('scores 500/499/5/4 with reserve 500 give 4712/4703/85/0: the floor of 100 starves the last', () => {
    const strategies = [scoring('a', 500), scoring('b', 499), scoring('c', 5), scoring('d', 4)];
    expect(weights(strategies, { minLiquidReserveBps: 500 })).toEqual({ a: 4712, b: 4703, c: 85 });
  });

  it('T7: remaining and total are frozen at the start of a round', () => {
    // With a live remaining b would want half of the 4500 that a left: 2250.
    expect(grants(allocation([scoring('a', 500), scoring('b', 500)]))).toEqual([
      ['a 4500', 'b 4500'],
    ]);
  });

  it('T7: the total of a round counts the eligible candidates only', () => {
    // Round 1: 4500 wanted each, a is cut to 1000. Round 2: b alone is eligible and takes all 3500.
    const strategies = [scoring('a', 500, { strategyCapBps: 1000 }), scoring('b', 500)];
    expect(grants(allocation(strategies))).toEqual([['a 1000', 'b 4500'], ['b 3500']]);
  });

  it('room is live inside a round: a shared cap is used up by the better score', () => {
    const shared = { protocol: 'aave' };
    const strategies = [scoring('a', 600, shared), scoring('b', 300, shared)];
    const result = allocation(strategies, { defaultProtocolCapBps: 6500 });
    // a wants 6000, b wants 3000 and finds 500 left of the protocol cap.
    expect(result.rounds[0]?.grants).toEqual([
      { strategyId: 'a', wantBps: 6000, grantBps: 6000 },
      { strategyId: 'b', wantBps: 3000, grantBps: 500, clippedBy: 'PROTOCOL_CAP' },
    ]);
    expect(result.idleBps).toBe(2500);
  });

  it('a named protocol cap goes before the default', () => {
    const strategies = [scoring('a', 600, { protocol: 'aave' })];
    expect(weights(strategies, { protocolCaps: [{ protocol: 'aave', capBps: 700 }] })).toEqual({
      a: 700,
    });
  });

  it('the policy cap binds when it is below the own cap', () => {
    const result = allocation([scoring('a', 600)], { strategyCapBps: 2000 });
    expect(clips(result)).toEqual(['POLICY_STRATEGY_CAP']);
    expect([...result.weights]).toEqual([['a', 2000]]);
  });

  it('exotic and marginfi strategies have caps of their own', () => {
    const strategies = [
      scoring('e', 600, { exotic: true }),
      scoring('m', 300, { protocol: 'marginfi' }),
    ];
    const result = allocation(strategies, { exoticCapBps: 400, marginFiCapBps: 300 });
    expect(Object.fromEntries(result.weights)).toEqual({ e: 400, m: 300 });
    expect(clips(result)).toEqual(['EXOTIC_CAP', 'MARGINFI_CAP']);
  });

  it('a candidate that a cap shuts out entirely takes part in no round', () => {
    const result = allocation([scoring('a', 600, { strategyCapBps: 0 })]);
    expect([result.rounds, result.idleBps, result.weights.size]).toEqual([[], 9000, 0]);
  });

  it('says when a grant is small because little remained', () => {
    // c wants the least, 100, and finds the 85 that a and b left.
    const strategies = [scoring('a', 500), scoring('b', 499), scoring('c', 5), scoring('d', 4)];
    expect(clips(allocation(strategies, { minLiquidReserveBps: 500 }))).toEqual(['REMAINING']);
  });

  it('equal scores go by id: the first has the better rounding', () => {
    const strategies = [scoring('b', 1), scoring('a', 1), scoring('c', 1)];
    // start 10000: 3333 wanted each; 1 remains and goes, as a want of at least 100, to a.
    expect(weights(strategies, { minLiquidReserveBps: 0 })).toEqual({ a: 3334, b: 3333, c: 3333 });
  });
});
