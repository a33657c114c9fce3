import { describe, expect, it } from 'vitest';
import { bestFirst, scoreOf } from './score.js';
import { scoring, strategyInput } from './solver.fixture.js';
import type { Strategy, StrategySnapshot } from './strategy.js';

const score = (snapshot: Partial<StrategySnapshot>, definition: Partial<Strategy> = {}) =>
  scoreOf(strategyInput('s', definition, snapshot));

describe('score', () => {
  it('is the expected net APY less the five haircuts', () => {
    expect(
      score({
        grossApyBps: 1000,
        feeBps: 30,
        borrowCostBps: 20,
        slippageBps: 10,
        riskScoreBps: 200,
        liquidityProfile: 'BATCHED',
        withdrawalDelayHours: 24,
        protocolConcentrationBps: 500,
        operationalComplexityBps: 40,
      }),
    ).toEqual({
      strategyId: 's',
      expectedNetApyBps: 940, // 1000 − 30 − 20 − 10
      riskBps: 70, // 200 · 35 / 100
      liquidityBps: 147, // 135 + 24 / 2
      feeBps: 60, // 30 + 20 + 10
      concentrationBps: 100, // 500 / 5
      operationalBps: 40,
      scoreBps: 523, // 940 − 70 − 147 − 60 − 100 − 40
    });
  });

  it('T9: rounds half up in integers, where binary floats round 0.35 × 90 down', () => {
    // 90 · 35 / 100 = 31.5; 0.35 * 90 is 31.499999999999996 in binary floats.
    expect(score({ riskScoreBps: 90 })?.riskBps).toBe(32);
    expect(score({ riskScoreBps: 89 })?.riskBps).toBe(31); // 31.15
    expect(score({ withdrawalDelayHours: 5 })?.liquidityBps).toBe(28); // 25 + 2.5
    expect(score({ protocolConcentrationBps: 13 })?.concentrationBps).toBe(3); // 2.6
    expect(score({ protocolConcentrationBps: 12 })?.concentrationBps).toBe(2); // 2.4
  });

  it('T13: subtracts fees twice, in the net APY and as a haircut', () => {
    // 1025 − 10 − 25 − 10
    expect(score({ feeBps: 10 })).toMatchObject({
      expectedNetApyBps: 1015,
      feeBps: 10,
      scoreBps: 980,
    });
  });

  it.each([
    ['INSTANT', 25],
    ['SAME_DAY', 60],
    ['BATCHED', 135],
    ['TERM', 220],
  ] as const)('%s liquidity costs %i bps', (liquidityProfile, haircut) => {
    expect(score({ liquidityProfile })?.liquidityBps).toBe(haircut);
  });

  it('adds 120 for a canary, 400, 600 and 300 for an unhealthy oracle, protocol, withdrawals', () => {
    expect(score({}, { canary: true })?.operationalBps).toBe(120);
    expect(score({ oracleHealthy: false })?.operationalBps).toBe(400);
    expect(score({ protocolHealthy: false })?.operationalBps).toBe(600);
    expect(score({ withdrawalsHealthy: false })?.operationalBps).toBe(300);
    const all = { oracleHealthy: false, protocolHealthy: false, withdrawalsHealthy: false };
    expect(score({ ...all, operationalComplexityBps: 1 }, { canary: true })).toMatchObject({
      operationalBps: 1421,
    });
  });

  it('does not exist without a snapshot', () => {
    const { strategy } = strategyInput('s');
    expect(scoreOf({ strategy })).toBeUndefined();
  });

  it('T8: orders by score descending, then strategyId by code unit', () => {
    const scores = [scoring('a', 5), scoring('b', 9), scoring('Z', 5), scoring('é', 5)].flatMap(
      (input) => scoreOf(input) ?? [],
    );
    const order = [...scores].sort(bestFirst).map(({ strategyId }) => strategyId);
    // A locale would put "a" before "Z" and "é" before "Z".
    expect(order).toEqual(['b', 'Z', 'a', 'é']);
  });
});
