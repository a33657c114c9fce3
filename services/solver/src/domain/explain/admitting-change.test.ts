import { describe, expect, it } from 'vitest';
import { buildPlan } from '../build-plan.js';
import { managerOf, policyOf, roundsProblem, scoring, strategyInput } from '../solver.fixture.js';
import type { ManagerSettings, Policy } from '../policy.js';
import type { StrategyInput } from '../strategy.js';
import { admittingChange } from './admitting-change.js';
import { changeText } from './change-text.js';
import { smallestStep } from './smallest-step.js';

const changeFor = (
  strategyId: string,
  strategies: readonly StrategyInput[],
  limits: Partial<Policy> = {},
  manager: ManagerSettings = managerOf(strategies),
) => {
  const plan = buildPlan(roundsProblem(strategies, { policy: policyOf(limits), manager }));
  if (!plan.ok) throw new Error(plan.error.message);
  return admittingChange(plan.value, strategyId);
};

describe('the smallest change that admits a strategy', () => {
  it('without a snapshot is a snapshot that scores 1: a perfect one pays 25 for INSTANT', () => {
    const { strategy } = scoring('a', 1);
    expect(changeFor('a', [{ strategy }])).toEqual({
      kind: 'SNAPSHOT',
      name: 'a',
      from: 0,
      to: 26,
    });
  });

  it.each([
    ['ACTIVE', scoring('a', 9, { state: 'PAUSED' })],
    ['ORACLE_HEALTHY', strategyInput('a', {}, { oracleHealthy: false })],
    ['PROTOCOL_HEALTHY', strategyInput('a', {}, { protocolHealthy: false })],
  ] as const)('that failed a flag is that flag: %s', (kind, strategy) => {
    expect(changeFor('a', [strategy])).toEqual({ kind, name: 'a', from: 0, to: 1 });
  });

  it('that is not allowed is to allow it', () => {
    const manager = { ...managerOf([]), allowedStrategies: [] };
    expect(changeFor('a', [scoring('a', 9)], {}, manager)).toMatchObject({ kind: 'ALLOWED' });
  });

  it('of a score of −40 is 41 bps more yield', () => {
    // Gross 25 − 40 = −15, so 26 is needed.
    expect(changeFor('a', [scoring('a', -40)])).toEqual({
      kind: 'GROSS_APY',
      name: 'a',
      from: -15,
      to: 26,
    });
  });

  it.each([
    ['STRATEGY_CAP', { strategyCapBps: 0 }, {}, 'z'],
    ['POLICY_STRATEGY_CAP', {}, { strategyCapBps: 0 }, undefined],
    ['PROTOCOL_CAP', { protocol: 'p' }, { defaultProtocolCapBps: 0 }, 'p'],
    ['EXOTIC_CAP', { exotic: true }, { exoticCapBps: 0 }, undefined],
    ['MARGINFI_CAP', { protocol: 'marginfi' }, { marginFiCapBps: 0 }, undefined],
  ] as const)('under a %s of 0 is one bps of it', (kind, definition, limits, name) => {
    const change = changeFor('z', [scoring('z', 9, definition)], limits);
    expect(change).toEqual({ kind, from: 0, to: 1, ...(name === undefined ? {} : { name }) });
  });

  it('under a named cap of its protocol is that cap, not the one of all others', () => {
    const protocolCaps = [
      { protocol: 'p', capBps: 0 },
      { protocol: 'q', capBps: 7 },
    ];
    const limits = { protocolCaps, defaultProtocolCapBps: 0 };
    expect(changeFor('z', [scoring('z', 9, { protocol: 'p' })], limits)).toEqual({
      kind: 'PROTOCOL_CAP',
      name: 'p',
      from: 0,
      to: 1,
    });
  });

  it('for which the optimum leaves nothing is one bps of reserve', () => {
    // a fills its cap of 9000, all that the reserve of 1000 leaves; to pass a, b needs 300 bps.
    const strategies = [scoring('a', 600, { strategyCapBps: 9000 }), scoring('b', 300)];
    const plan = buildPlan({ ...roundsProblem(strategies), mode: 'EXACT' });
    expect(plan.ok && admittingChange(plan.value, 'b')).toEqual({
      kind: 'RESERVE',
      from: 1000,
      to: 999,
    });
  });

  it('behind a better one under the same cap is what that one leaves', () => {
    // a wants halfUp(9000 · 100 / 101) = 8911 of the cap, and takes its part of every bps more.
    const shared = [scoring('a', 100, { protocol: 'p' }), scoring('b', 1, { protocol: 'p' })];
    expect(changeFor('b', shared, { defaultProtocolCapBps: 500 })).toEqual({
      kind: 'GROSS_APY',
      name: 'b',
      from: 26,
      to: 126,
    });
  });

  it('for which nothing remained is a smaller reserve or a better score', () => {
    // 500/499/5/4 with a reserve of 500: the first three take 4712 + 4703 + 85, and nothing remains.
    const strategies = [scoring('a', 500), scoring('b', 499), scoring('c', 5), scoring('d', 4)];
    expect(changeFor('d', strategies, { minLiquidReserveBps: 500 })).toEqual({
      kind: 'GROSS_APY',
      name: 'd',
      from: 29,
      to: 31,
    });
  });

  it('is none when two things are wrong', () => {
    expect(changeFor('a', [scoring('a', -1, { state: 'PAUSED' })])).toBeUndefined();
    expect(changeFor('a', [scoring('a', 9, { strategyCapBps: 0 })], { strategyCapBps: 0 })).toBe(
      undefined,
    );
  });

  it('is none for a strategy that has weight', () => {
    expect(changeFor('a', [scoring('a', 9)])).toBeUndefined();
  });

  it('is said in one sentence', () => {
    expect(changeText({ kind: 'EXOTIC_CAP', from: 0, to: 7 })).toBe(
      'a cap of exotic strategies of 7 bps instead of 0',
    );
    expect(changeText(undefined)).toContain('no single change');
  });
});

describe('the search for the smallest step', () => {
  it.each([
    [1, 1],
    [2, 2],
    [37, 37],
    [64, 64],
    [10_000, 10_000],
    [10_001, undefined],
  ])('of a threshold at %i up to 10 000 ends at %s', (threshold, found) => {
    expect(smallestStep(10_000, (step) => step >= threshold)).toBe(found);
  });

  it('asks nothing when there is no room for a step', () => {
    expect(smallestStep(0, () => true)).toBeUndefined();
  });

  it('asks at most 28 questions', () => {
    let questions = 0;
    smallestStep(10_000, (step) => {
      questions += 1;
      return step >= 8193;
    });
    expect(questions).toBeLessThanOrEqual(28);
  });
});
