import { describe, expect, it } from 'vitest';
import { buildPlan, type RoundsProblem } from '../build-plan.js';
import { planHashOf } from '../plan-hash.js';
import { policyOf, roundsProblem, scoring } from '../solver.fixture.js';
import { verifyPlan } from '../verify.js';
import { certify, gapOf } from './certificate.js';

function planOf(problem: RoundsProblem) {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const weightsOf = (problem: RoundsProblem) =>
  planOf({ ...problem, mode: 'EXACT' }).targets.map(
    ({ strategyId, weightBps }) => `${strategyId ?? ''} ${weightBps}`,
  );

/** Scores 600, 300 and 100 with a reserve of 1000: the rounds give 5400, 2700 and 900. */
const three = [scoring('a', 600), scoring('b', 300), scoring('c', 100)];

describe('an EXACT plan', () => {
  it('gives the best score everything without caps', () => {
    expect(weightsOf(roundsProblem(three))).toEqual(['a 9000']);
  });

  it('fills the best up to its cap, then the next', () => {
    const policy = policyOf({ strategyCapBps: 4000 });
    expect(weightsOf(roundsProblem(three, { policy }))).toEqual(['a 4000', 'b 4000', 'c 1000']);
  });

  it('gives the lower id the weight when scores are equal', () => {
    const equal = [scoring('b', 300), scoring('a', 300)];
    expect(weightsOf(roundsProblem(equal))).toEqual(['a 9000']);
  });

  it('gives up a better exotic strategy for the sake of a scarcer cap', () => {
    // Both caps bind: of "x" protocol 3000 and of exotic 3000. b earns 250 beside either.
    const strategies = [
      scoring('a', 600, { protocol: 'x', exotic: true }),
      scoring('b', 590, { protocol: 'x' }),
      scoring('c', 580, { protocol: 'y', exotic: true }),
      scoring('d', 10, { protocol: 'z' }),
    ];
    const policy = policyOf({
      protocolCaps: [{ protocol: 'x', capBps: 3000 }],
      exoticCapBps: 3000,
    });
    // The greedy a 3000, d 6000 earns 1 860 000; b and c in its place earn 3 540 000.
    expect(weightsOf(roundsProblem(strategies, { policy }))).toEqual([
      'b 3000',
      'c 3000',
      'd 3000',
    ]);
  });

  it('has no rounds, verifies, and has another hash than the plan of the rounds', () => {
    const problem = roundsProblem(three);
    const exact = planOf({ ...problem, mode: 'EXACT' });
    expect(exact.rounds).toEqual([]);
    expect(exact.summary.mode).toBe('EXACT');
    expect(verifyPlan(exact).ok).toBe(true);
    expect(exact.planHash).not.toBe(planOf(problem).planHash);
  });

  it('is the same plan whatever hint the search began at', () => {
    const problem = { ...roundsProblem(three), mode: 'EXACT' as const };
    const hashes = [0, 1, 600, 1_000_000, -3, 0.5].map(
      (exoticPriceHint) => planOf({ ...problem, exoticPriceHint }).planHash,
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it('does not verify with the weights of the rounds', () => {
    const problem = roundsProblem(three);
    const exact = planOf({ ...problem, mode: 'EXACT' });
    const rounds = planOf(problem);
    const mixed = { ...exact, targets: rounds.targets };
    expect(verifyPlan(mixed).ok).toBe(false);
    // Nor when everything else of it is that of the rounds too, under hashes that fit.
    const summary = { ...rounds.summary, mode: 'EXACT' as const };
    const checked = verifyPlan({ ...rounds, rounds: [], summary, planHash: planHashOf(summary) });
    expect(checked.ok ? undefined : checked.error.field).toBe('optimum');
  });
});

describe('a certificate', () => {
  it('states the optimum, the gap of the rounds and what the budget is worth', () => {
    const plan = planOf(roundsProblem(three));
    // Optimal 9000·600 = 5 400 000; rounds 5400·600 + 2700·300 + 900·100 = 4 140 000.
    expect(certify(plan)).toMatchObject({
      planHash: plan.planHash,
      optimalObjective: 5_400_000,
      gapBps: 2333,
      shadowPrices: [{ cap: 'REMAINING', price: 600n }],
    });
  });

  it('prices each cap that binds by what the next best would lose', () => {
    const policy = policyOf({ strategyCapBps: 4000 });
    expect(certify(planOf(roundsProblem(three, { policy }))).shadowPrices).toEqual([
      { cap: 'POLICY_STRATEGY', name: 'a', price: 500n },
      { cap: 'POLICY_STRATEGY', name: 'b', price: 200n },
      { cap: 'REMAINING', price: 100n },
    ]);
  });

  it('prices the caps of a protocol, of exotic strategies and of marginfi', () => {
    const strategies = [
      scoring('a', 900, { protocol: 'marginfi' }),
      scoring('b', 700, { protocol: 'x', exotic: true }),
      scoring('c', 500, { protocol: 'y' }),
      scoring('d', 400, { protocol: 'z' }),
    ];
    const policy = policyOf({
      marginFiCapBps: 1000,
      exoticCapBps: 1000,
      protocolCaps: [{ protocol: 'y', capBps: 1000 }],
    });
    expect(certify(planOf(roundsProblem(strategies, { policy }))).shadowPrices).toEqual([
      { cap: 'EXOTIC', price: 300n },
      { cap: 'MARGIN_FI', price: 500n },
      { cap: 'PROTOCOL', name: 'y', price: 100n },
      { cap: 'REMAINING', price: 400n },
    ]);
  });

  it('gives a price that two equal caps share to the first of them', () => {
    const strategies = [
      scoring('a', 900, { protocol: 'marginfi', strategyCapBps: 500 }),
      scoring('b', 700, { protocol: 'marginfi' }),
      scoring('c', 400),
    ];
    const equal = { strategyCapBps: 500, marginFiCapBps: 800, exoticCapBps: 0 };
    const policy = policyOf({ ...equal, protocolCaps: [{ protocol: 'marginfi', capBps: 800 }] });
    // a is at its own cap and the policy's; marginfi, with b's 300, at its own and the policy's.
    expect(certify(planOf(roundsProblem(strategies, { policy }))).shadowPrices).toEqual([
      { cap: 'MARGIN_FI', price: 0n },
      { cap: 'POLICY_STRATEGY', name: 'a', price: 0n },
      { cap: 'POLICY_STRATEGY', name: 'c', price: 400n },
      { cap: 'PROTOCOL', name: 'marginfi', price: 700n },
      { cap: 'STRATEGY', name: 'a', price: 200n },
    ]);
  });

  it('prices a cap that is filled exactly by what waits behind it', () => {
    const strategies = [
      scoring('a', 900, { protocol: 'x', strategyCapBps: 500 }),
      scoring('b', 700, { protocol: 'x' }),
    ];
    const policy = policyOf({ protocolCaps: [{ protocol: 'x', capBps: 500 }] });
    // One bps more for x is b's, worth 700; for a it is taken from nobody but b, worth 200.
    expect(certify(planOf(roundsProblem(strategies, { policy }))).shadowPrices).toEqual([
      { cap: 'PROTOCOL', name: 'x', price: 700n },
      { cap: 'STRATEGY', name: 'a', price: 200n },
    ]);
  });

  it('of strategies that no cap lets in has the optimum 0, at the price of their caps', () => {
    const strategies = [
      scoring('a', 900, { exotic: true }),
      scoring('b', 700, { strategyCapBps: 0 }),
    ];
    const policy = policyOf({ exoticCapBps: 0 });
    const certificate = certify(planOf(roundsProblem(strategies, { policy })));
    expect(certificate).toMatchObject({ optimalObjective: 0, gapBps: 0 });
    expect(certificate.shadowPrices).toEqual([
      { cap: 'EXOTIC', price: 900n },
      { cap: 'STRATEGY', name: 'b', price: 700n },
    ]);
  });

  it('of a plan without candidates has the optimum 0 and the gap 0', () => {
    expect(certify(planOf(roundsProblem([])))).toMatchObject({
      optimalObjective: 0,
      gapBps: 0,
      shadowPrices: [],
    });
  });

  it('of an EXACT plan has the gap of the rounds of the same problem', () => {
    const problem = roundsProblem(three);
    const exact = certify(planOf({ ...problem, mode: 'EXACT' }));
    const rounds = certify(planOf(problem));
    expect(exact.gapBps).toBe(2333);
    expect({ ...exact, planHash: '', certificateHash: '' }).toEqual({
      ...{ ...rounds, planHash: '', certificateHash: '' },
    });
  });

  it('is not made for explicit targets', () => {
    const { vault, snapshotHash, generateTime } = roundsProblem([]);
    const plan = buildPlan({ mode: 'EXPLICIT', vault, snapshotHash, generateTime, targets: [] });
    expect(() => plan.ok && certify(plan.value)).toThrow('no certificate');
  });

  it('rounds its gap down', () => {
    expect(gapOf(10_000n, 10_000n)).toBe(0);
    expect(gapOf(10_001n, 10_000n)).toBe(0);
    expect(gapOf(10_000n, 9_999n)).toBe(1);
    expect(gapOf(3n, 1n)).toBe(6666);
    expect(gapOf(5n, 0n)).toBe(10_000);
    expect(gapOf(0n, 0n)).toBe(0);
  });
});
