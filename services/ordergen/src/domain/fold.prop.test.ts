import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { amountOf } from './amount-of.js';
import { apply, type Step } from './apply.js';
import { breachOf } from './breach-of.js';
import type { ActionResult } from './fold-input.js';
import { programOf, started, unwrap, type Orders } from './fold.fixture.js';
import {
  buysOf,
  naiveResult,
  naiveStart,
  OURS,
  sellsOf,
  sumOf,
  type NaiveReading,
} from './naive-fold.fixture.js';
import { isSell } from './amount-of.js';
import type { RebalanceProgram } from './program.js';
import { openBuys, openSells, projectedCash, type RebalanceState } from './rebalance-state.js';
import { settle } from './settle.js';
import { plannedState } from './start-rebalance.js';

const SEED = 20260718;
/** Shrinking a failure over numbers of 30 digits is cut short, so that a failure is reported soon. */
const RUNS = {
  seed: SEED,
  numRuns: 1_500,
  interruptAfterTimeLimit: 30_000,
  markInterruptAsFailure: true,
};

/** Small amounts meet every rounding; large ones every width. */
const amount = fc.oneof(fc.bigInt(1n, 12n), fc.bigInt(1n, 5_000n), fc.bigInt(1n, 10n ** 30n));
const sell = fc.tuple(
  amount,
  fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n), fc.bigInt(0n, 10n ** 30n)),
);
const orders = fc.record({
  cash: fc.oneof(fc.constant(0n), fc.bigInt(0n, 10_000n)),
  floor: fc.oneof(fc.constant(0n), fc.bigInt(0n, 200n)),
  sells: fc.array(
    sell.map(([original, room]) => [original, original + room] as const),
    { maxLength: 9 },
  ),
  buys: fc.array(amount, { maxLength: 9 }),
});
/** Of each action: the part filled in 1/100, and the price difference in 1/1000. */
const outcome = fc.record({
  filled: fc.oneof(fc.constant(0n), fc.constant(100n), fc.bigInt(0n, 100n)),
  slip: fc.oneof(fc.constant(0n), fc.bigInt(-300n, 300n)),
});
const outcomes = fc.array(outcome, { minLength: 18, maxLength: 18 });
type Outcome = { readonly filled: bigint; readonly slip: bigint };

function resultOf(
  program: RebalanceProgram,
  index: number,
  dispatched: bigint,
  { filled: part, slip }: Outcome,
): ActionResult {
  const filled = (dispatched * part) / 100n;
  const moved = (filled * (1_000n + slip)) / 1_000n;
  const cashMoved = isSell(program, index) || moved <= dispatched ? moved : dispatched;
  return { index, filled, cashMoved, execType: part === 100n ? 'FILL' : 'CANCELED' };
}

interface Run {
  readonly program: RebalanceProgram;
  /** The states before and after each result, and the result. */
  readonly steps: readonly { before: RebalanceState; result: ActionResult; step: Step }[];
  readonly end: RebalanceState;
}

function run(given: Orders, drawn: readonly Outcome[]): Run {
  const program = programOf(given);
  let state = started(program);
  const steps: Run['steps'][number][] = [];
  while (state.state === 'EXECUTING') {
    const index = state.nextIndex;
    const result = resultOf(
      program,
      index,
      amountOf(program, state),
      drawn[index] ?? { filled: 100n, slip: 0n },
    );
    const step = unwrap(apply(program, state, { kind: 'RESULT', result }));
    steps.push({ before: state, result, step });
    state = step.state;
  }
  return { program, steps, end: state };
}

function targetOf(program: RebalanceProgram, state: RebalanceState): bigint {
  return program.targetCash + state.toUnderlying - state.residual + state.corrections;
}

describe('any mix of full, partial and failed results', () => {
  it('keeps the money exactly: after every result, and at the end the cash itself', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        const { program, steps, end } = run(given, drawn);
        for (const { step } of steps) {
          expect(projectedCash(step.state)).toBe(targetOf(program, step.state));
          expect(step.breach).toBeUndefined();
        }
        expect(end.cash).toBe(targetOf(program, end));
        expect(['COMPLETED', 'COMPLETED_ADJUSTED']).toContain(end.state);
      }),
      RUNS,
    );
  });

  it('never sells more than is held', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        for (const { step } of run(given, drawn).steps) {
          const sold = step.settled;
          const cap = sold === undefined ? undefined : given.sells[sold.index]?.[1];
          if (sold !== undefined && cap !== undefined) expect(sold.amount <= cap).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('never buys with money that is not there: once the sells are done the cash pays every buy', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        const { program, steps } = run(given, drawn);
        for (const { step } of steps) {
          if (step.state.nextIndex < program.sellCount) continue;
          expect(openBuys(step.state) <= (step.state.cash > 0n ? step.state.cash : 0n)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('keeps the floor against price losses as long as buys are left to cut', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        const { program, steps } = run(given, drawn);
        for (const { step } of steps) {
          const kept = projectedCash(step.state) >= program.underlyingFloor;
          expect(kept || openBuys(step.state) === 0n).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('settles each index once, in order, and leaves what is settled as it was', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        const { program, steps } = run(given, drawn);
        const before = structuredClone(program);
        const seen = steps.flatMap(({ step }) => [step.settled?.index ?? -1, ...step.skipped]);
        const atStart = Array.from(
          { length: steps[0]?.before.nextIndex ?? seen.length },
          (_, i) => i,
        );
        const all =
          steps.length === 0 ? program.amounts.map((_, index) => index) : [...atStart, ...seen];
        expect(all).toEqual(program.amounts.map((_, index) => index));
        expect(program).toEqual(before);
      }),
      RUNS,
    );
  });

  it('hands out every leg to the last unit: no total is left when the last action settles', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        const { end } = run(given, drawn);
        expect([openSells(end), openBuys(end)]).toEqual([0n, 0n]);
      }),
      RUNS,
    );
  });

  it('accounts for F in full: sells raise a part, buys save a part, the rest is residual', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        for (const { result, step } of run(given, drawn).steps) {
          const found = step.recalibration;
          const unfilled = (step.settled?.amount ?? 0n) - result.filled;
          const isFailedSell = result.index < given.sells.length && unfilled > 0n;
          expect(found !== undefined).toBe(isFailedSell);
          if (found === undefined) continue;
          const raised = found.sellsAfter - found.sellsBefore;
          expect(raised + found.buysBefore - found.buysAfter + found.residual).toBe(unfilled);
        }
      }),
      RUNS,
    );
  });

  it('gives the same states when it is folded again', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        expect(run(given, drawn)).toEqual(run(given, drawn));
      }),
      { ...RUNS, numRuns: 300 },
    );
  });
});

/** Both folds side by side, one result for every index, nothing skipped. */
function compareWithNaive(
  given: Orders,
  drawn: readonly Outcome[],
  reading: NaiveReading,
  check: (
    fast: RebalanceState,
    naive: ReturnType<typeof naiveStart>,
    amounts: [bigint, bigint],
  ) => void,
): void {
  const program = programOf(given);
  let state: RebalanceState = { ...plannedState(program), state: 'EXECUTING' };
  const naive = naiveStart(given);
  for (let index = 0; index < program.amounts.length; index += 1) {
    const amounts: [bigint, bigint] = [amountOf(program, state), naive.open[0]?.amount ?? -1n];
    const result = resultOf(program, index, amounts[0], drawn[index] ?? { filled: 0n, slip: 0n });
    const before = state;
    state = settle(program, before, result, amounts[0]).state;
    expect(breachOf(program, before, state)).toBeUndefined();
    naiveResult(naive, result, given.floor ?? 0n, reading);
    check(state, naive, amounts);
  }
}

describe('the four integers and the pin cursor', () => {
  it('give what writing down every remaining amount and looking at every cap gives', () => {
    fc.assert(
      fc.property(orders, outcomes, (given, drawn) => {
        compareWithNaive(given, drawn, OURS, (fast, naive, [dispatched, expected]) => {
          expect(dispatched).toBe(expected);
          expect([openSells(fast), openBuys(fast)]).toEqual([
            sumOf(sellsOf(naive)),
            sumOf(buysOf(naive)),
          ]);
          expect([fast.cash, fast.toUnderlying, fast.residual]).toEqual([
            naive.cash,
            naive.toUnderlying,
            naive.residual,
          ]);
        });
      }),
      { ...RUNS, numRuns: 3_000 },
    );
  });
});
