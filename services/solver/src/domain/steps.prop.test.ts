import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '@trimtab/core';
import { SEED, campaignCount } from '@trimtab/testkit';
import { ADAPTERS } from './adapters/adapter-of.js';
import { strategyInput, vaultOf } from './solver.fixture.js';
import { buildSteps, stepCountOf, type Step, type StepProblem } from './steps.js';
import type { AdapterKind, StrategyInput } from './strategy.js';

const RUNS = { seed: SEED, numRuns: campaignCount(300, 20_000) };
const OUT = new Set(['WITHDRAW', 'REQUEST_WITHDRAW', 'FINALIZE_WITHDRAW']);

const labels = fc.constantFrom('deposit', 'withdraw', 'finalize_withdraw', 'hold', 'any');
const strategies: fc.Arbitrary<readonly StrategyInput[]> = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 6 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            adapterKind: fc.constantFrom(...(Object.keys(ADAPTERS) as AdapterKind[])),
            envelopes: fc.array(
              labels.map((label) => ({ programId: id, label, data: 'AA==' })),
              { maxLength: 4 },
            ),
          })
          .map(({ adapterKind, envelopes }) => strategyInput(id, { adapterKind }, { envelopes })),
      ),
    ),
  );

const problems: fc.Arbitrary<StepProblem> = fc
  .record({
    strategies,
    nav: fc.bigInt({ min: 1n, max: 10n ** 24n }),
    // A nav of at most 2 000 times the maximum keeps the number of pieces small.
    pieces: fc.bigInt({ min: 1n, max: 2_000n }),
    isLimited: fc.boolean(),
    targets: fc.array(fc.nat(1600), { minLength: 6, maxLength: 6 }),
    live: fc.array(fc.nat(1600), { minLength: 6, maxLength: 6 }),
    still: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  })
  .map(({ strategies: inputs, nav, pieces, isLimited, targets, live, still }) => {
    const ids = inputs.map(({ strategy }) => strategy.strategyId);
    return {
      strategies: inputs,
      weights: new Map(ids.map((id, index) => [id, targets[index] ?? 0])),
      vault: vaultOf({
        nav,
        weights: inputs.map(({ strategy: { assetId } }, index) => ({
          assetId,
          side: 'LONG' as const,
          weightBps: (still[index] === true ? targets[index] : live[index]) ?? 0,
        })),
      }),
      maxNotional: isLimited ? nav / pieces + 1n : undefined,
    };
  });

/** The pieces of one instruction, in order: a piece 0 begins the next instruction. */
function instructionsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const whole: Step[][] = [];
  for (const step of steps) {
    if (step.chunkIndex === 0) whole.push([step]);
    else whole.at(-1)?.push(step);
  }
  return whole;
}

const forEvery = (check: (problem: StepProblem, steps: readonly Step[]) => void): void =>
  fc.assert(
    fc.property(problems, (problem) => check(problem, buildSteps(problem))),
    RUNS,
  );

describe('the steps of every plan', () => {
  it('bring each strategy from the floor of its live to the floor of its target notional', () => {
    forEvery(({ strategies: inputs, weights, vault }, steps) => {
      for (const { strategy } of inputs) {
        const own = steps.filter(({ strategyId }) => strategyId === strategy.strategyId);
        const sum = (...operations: readonly string[]): bigint =>
          own
            .filter(({ operation }) => operations.includes(operation))
            .reduce((total, { amount }) => total + amount, 0n);
        const live = vault.weights.find(({ assetId }) => assetId === strategy.assetId);
        const notional = (weight: number): bigint => (vault.nav * BigInt(weight)) / 10_000n;
        const delta =
          notional(weights.get(strategy.strategyId) ?? 0) - notional(live?.weightBps ?? 0);
        expect(sum('DEPOSIT') - sum('WITHDRAW', 'FINALIZE_WITHDRAW')).toBe(delta);
        expect(sum('REQUEST_WITHDRAW') - sum('FINALIZE_WITHDRAW')).toBe(0n);
        for (const { assetId } of own) expect(assetId).toBe(strategy.assetId);
      }
    });
  });

  it('move something, unless they hold', () => {
    forEvery((_, steps) => {
      for (const { amount, operation } of steps) expect(amount > 0n).toBe(operation !== 'HOLD');
    });
  });

  it('take out everything before they put in anything, each by strategyId', () => {
    forEvery((_, steps) => {
      const order = steps.map(({ operation, strategyId }) => ({
        leg: OUT.has(operation) ? 0 : 1,
        strategyId,
      }));
      const expected = [...order].sort(
        (left, right) => left.leg - right.leg || compare(left.strategyId, right.strategyId),
      );
      expect(order).toEqual(expected);
    });
  });

  it('without instructions are ceil(n / max) pieces of at most the maximum, the remainder last', () => {
    forEvery(({ maxNotional }, steps) => {
      for (const pieces of instructionsOf(steps)) {
        const total = pieces.reduce((sum, { amount }) => sum + amount, 0n);
        const isWhole = maxNotional === undefined || pieces[0]?.envelopes.length !== 0;
        const count = isWhole ? 1n : (total + maxNotional - 1n) / maxNotional;
        expect(BigInt(pieces.length)).toBe(count);
        expect(pieces.map(({ chunkIndex }) => chunkIndex)).toEqual(pieces.map((_, at) => at));
        for (const { chunkCount } of pieces) expect(chunkCount).toBe(pieces.length);
        for (const { amount } of pieces.slice(0, -1)) expect(amount).toBe(maxNotional);
        if (!isWhole) expect((pieces.at(-1)?.amount ?? 0n) <= maxNotional).toBe(true);
      }
    });
  });

  it('with instructions are one piece, whatever the maximum', () => {
    forEvery((problem, steps) => {
      for (const { chunkCount, envelopes } of steps) {
        if (envelopes.length > 0) expect(chunkCount).toBe(1);
      }
      const bundles = (list: readonly Step[]) =>
        list.filter(({ envelopes }) => envelopes.length > 0);
      const smallest = buildSteps({ ...problem, maxNotional: problem.vault.nav / 100n + 1n });
      expect(bundles(smallest)).toEqual(bundles(steps));
    });
  });

  it('are as many as are counted before they are built', () => {
    forEvery((problem, steps) => {
      expect(stepCountOf(problem)).toBe(BigInt(steps.length));
    });
  });

  it('do not depend on the order of strategies and holdings', () => {
    forEvery((problem, steps) => {
      const reversed = {
        ...problem,
        strategies: [...problem.strategies].reverse(),
        vault: { ...problem.vault, weights: [...problem.vault.weights].reverse() },
      };
      expect(buildSteps(reversed)).toEqual(steps);
    });
  });
});
