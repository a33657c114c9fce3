import { describe, expect, it } from 'vitest';
import { apply } from './apply.js';
import { amountOf } from './amount-of.js';
import { clipReport } from './clip-report.js';
import type { ActionResult, FoldInput } from './fold-input.js';
import {
  fill,
  programOf,
  remainingAmounts,
  resultAt,
  started,
  step,
  unwrap,
} from './fold.fixture.js';
import type { RebalanceState } from './rebalance-state.js';
import { startRebalance } from './start-rebalance.js';

const program = programOf({
  sells: [
    [100n, 100n],
    [100n, 500n],
  ],
  buys: [120n, 80n],
});
const running = started(program);
const awaiting = startRebalance(program, 'AWAIT_APPROVAL').state;

const after = (state: RebalanceState, ...inputs: readonly FoldInput[]): RebalanceState =>
  inputs.reduce((from, input) => unwrap(apply(program, from, input)).state, state);
const reasonOf = (state: RebalanceState, input: FoldInput): string => {
  const result = apply(program, state, input);
  return result.ok ? 'applied' : result.error.reason;
};
const result = (given: Partial<ActionResult>): FoldInput => ({
  kind: 'RESULT',
  result: { ...resultAt(0, 0n), ...given },
});

describe('the fold refuses', () => {
  it.each([
    ['less than nothing filled', { filled: -1n }, 'RESULT_OUT_OF_RANGE'],
    ['more filled than the amount', { filled: 101n }, 'RESULT_OUT_OF_RANGE'],
    ['a later index', { index: 1 }, 'RESULT_OUT_OF_ORDER'],
    ['a sell that costs more than the cash at hand', { cashMoved: -1n }, 'RESULT_OUT_OF_RANGE'],
    ['nothing at the bounds', { filled: 100n, cashMoved: 0n }, 'applied'],
  ])('%s', (_name, given, reason) => {
    expect(reasonOf(running, result(given))).toBe(reason);
  });

  it('a sell that costs cash only beyond the cash at hand', () => {
    const funded = programOf({ cash: 10n, sells: [[100n, 100n]], buys: [] });
    const costing = (cashMoved: bigint): boolean =>
      apply(funded, started(funded), result({ cashMoved })).ok;
    expect([costing(-10n), costing(-11n)]).toEqual([true, false]);
  });

  it('a buy that spends more than its amount, and takes one that brings cash', () => {
    const buying = programOf({ cash: 10n, sells: [], buys: [10n] });
    const spending = (cashMoved: bigint): boolean =>
      apply(buying, started(buying), result({ cashMoved })).ok;
    expect([spending(10n), spending(11n), spending(-1n)]).toEqual([true, false, true]);
  });

  it('a correction of an action that has not settled', () => {
    const correction = (index: number): FoldInput => ({
      kind: 'CORRECTION',
      correction: { index, cash: -1n },
    });
    expect(reasonOf(running, correction(0))).toBe('CORRECTION_INVALID');
    expect(reasonOf(fill(program, running).state, correction(0))).toBe('applied');
  });

  it('results after the end', () => {
    const empty = programOf({ sells: [], buys: [] });
    const ended = started(empty);
    expect(ended.state).toBe('COMPLETED');
    expect(apply(empty, ended, result({})).ok).toBe(false);
  });
});

describe('the states', () => {
  it('COMPLETED when every action filled as planned', () => {
    let state = running;
    while (state.state === 'EXECUTING') state = fill(program, state).state;
    expect(state.state).toBe('COMPLETED');
  });

  it('COMPLETED_ADJUSTED when one did not', () => {
    let state = step(program, running, 99n).state;
    while (state.state === 'EXECUTING') state = fill(program, state).state;
    expect(state.state).toBe('COMPLETED_ADJUSTED');
  });

  it('an empty rebalance ends at once, and so does one whose buys are all skipped', () => {
    expect(started(programOf({ sells: [], buys: [] })).state).toBe('COMPLETED');
    const unfunded = startRebalance(programOf({ sells: [], buys: [5n, 5n] }), 'EXECUTE');
    expect(unfunded).toMatchObject({ skipped: [0, 1], state: { state: 'COMPLETED_ADJUSTED' } });
  });

  it('an action whose share is 0 is SKIPPED by the step before it', () => {
    const small = programOf({ cash: 0n, sells: [[10n, 10n]], buys: [1n, 9n] });
    const failed = step(small, started(small), 1n); // 9 fail, 1 is left: shares 0 and 1
    expect(failed).toMatchObject({ skipped: [1], dispatch: { index: 2, amount: 1n } });
    expect(failed.state).toMatchObject({
      nextIndex: 2,
      buys: { base: 10n, total: 1n, seen: 1n, paid: 0n },
    });
  });

  it('an action with Δ = 0 is executed all the same', () => {
    const level = programOf({ sells: [], buys: [0n] });
    expect(startRebalance(level, 'EXECUTE')).toMatchObject({
      dispatch: { index: 0, amount: 0n },
      skipped: [],
    });
    expect(fill(level, started(level)).state.state).toBe('COMPLETED_ADJUSTED'); // REJECTED with 0
    const filled = apply(level, started(level), result({ execType: 'FILL' }));
    expect(unwrap(filled).state.state).toBe('COMPLETED');
  });

  it('cancelling waits for the open action and gives the rest to the underlying', () => {
    const cancelling = after(running, { kind: 'CANCEL' });
    expect(cancelling).toEqual({ ...running, state: 'CANCELLING' });
    const done = unwrap(apply(program, cancelling, result({ filled: 100n, cashMoved: 100n })));
    expect(done.dispatch).toBeUndefined();
    // 100 came in; sells of 100 and buys of 200 stay undone
    expect(done.state).toMatchObject({ state: 'CANCELLED', cash: 100n, toUnderlying: 100n });
    expect(done.state).toMatchObject({ sells: { total: 0n }, buys: { total: 0n }, pinnedOpen: 0n });
  });

  it('expiring ends as EXPIRED', () => {
    expect(after(running, { kind: 'EXPIRE' }, result({})).state).toBe('EXPIRED');
  });

  it.each([
    ['APPROVE', 'EXECUTING'],
    ['CANCEL', 'CANCELLED'],
    ['EXPIRE', 'EXPIRED'],
  ] as const)('awaiting approval, %s leads to %s', (kind, state) => {
    expect(after(awaiting, { kind }).state).toBe(state);
  });

  it('approval dispatches the first action', () => {
    expect(unwrap(apply(program, awaiting, { kind: 'APPROVE' })).dispatch).toEqual({
      index: 0,
      amount: 100n,
    });
  });

  it.each(['PLAN_HASH_MISMATCH', 'BUNDLE_HASH_MISMATCH'] as const)('%s aborts', (reason) => {
    expect(after(running, result({ reason })).state).toBe('ABORTED');
  });

  it.each([
    ['APPROVE', running],
    ['CANCEL', after(running, { kind: 'CANCEL' })],
    ['EXPIRE', after(running, { kind: 'CANCEL' })],
    ['CANCEL', after(awaiting, { kind: 'CANCEL' })],
  ] as const)('%s has no way from there', (kind, state) => {
    expect(reasonOf(state, { kind })).toBe('REBALANCE_STATE_INVALID');
  });
});

describe('FAULTED', () => {
  const tampered: readonly (readonly [string, Partial<RebalanceState>])[] = [
    ['money that appears', { cash: 1n }],
    ['a leg that lost a unit', { sells: { ...running.sells, total: 199n } }],
    [
      'a sell above its cap: 600 of 500',
      { sells: { ...running.sells, total: 1_200n }, cash: -1_000n },
    ],
    ['a negative residual', { residual: -1n, cash: 1n }],
  ];

  it.each(tampered)('%s freezes the rebalance instead of applying the result', (_name, change) => {
    const broken = { ...running, ...change };
    const filled = amountOf(program, broken);
    const frozen = unwrap(apply(program, broken, result({ filled, cashMoved: filled })));
    expect(frozen.kind).toBe('FAULT');
    expect(frozen.breach).toBeDefined();
    expect(frozen.state).toEqual({ ...broken, state: 'FAULTED' });
  });

  it('takes nothing more', () => {
    const faulted = after(running, { kind: 'FAULT', reason: 'ordered amount differs' });
    expect(reasonOf(faulted, result({}))).toBe('REBALANCE_STATE_INVALID');
    expect(reasonOf(faulted, { kind: 'CORRECTION', correction: { cash: 1n } })).toBe(
      'REBALANCE_STATE_INVALID',
    );
  });
});

describe('a correction', () => {
  const floored = programOf({ cash: 50n, floor: 20n, sells: [], buys: [20n, 10n] });
  const correct = (cash: bigint): RebalanceState =>
    unwrap(apply(floored, started(floored), { kind: 'CORRECTION', correction: { cash } })).state;

  it('of a loss is taken above the floor first, then by the open buys', () => {
    // P = 50 - 30 = 20, the floor itself: every unit is taken by the buys
    expect(remainingAmounts(floored, correct(-6n))).toEqual([16n, 8n]);
    expect(correct(-6n)).toMatchObject({ cash: 44n, corrections: -6n, toUnderlying: 6n });
  });

  it('beyond the open buys puts the cash where it falls', () => {
    expect(correct(-60n)).toMatchObject({
      cash: -10n,
      corrections: -60n,
      toUnderlying: 30n,
      residual: 0n,
    });
  });

  it('of a gain only raises the cash', () => {
    expect(correct(5n)).toMatchObject({ cash: 55n, corrections: 5n, toUnderlying: 0n });
    expect(remainingAmounts(floored, correct(5n))).toEqual([20n, 10n]);
  });

  it('is booked after the end too', () => {
    const done = fill(floored, fill(floored, started(floored)).state).state;
    const corrected = unwrap(
      apply(floored, done, { kind: 'CORRECTION', correction: { index: 0, cash: -3n } }),
    );
    expect(corrected.state).toMatchObject({ state: 'COMPLETED', cash: 17n, corrections: -3n });
  });
});

describe('a final report beyond its bounds', () => {
  it('of a sell keeps the part of its order, the rest is a correction', () => {
    // 120 executed of 100, for 108: 90 belong to the order
    expect(clipReport(program, running, { filled: 120n, cashMoved: 108n })).toEqual({
      filled: 100n,
      cashMoved: 90n,
      correction: 18n,
    });
  });

  it('of a sell that costs more than the cash keeps what the cash covers', () => {
    expect(clipReport(program, running, { filled: 0n, cashMoved: -7n })).toEqual({
      filled: 0n,
      cashMoved: 0n,
      correction: -7n,
    });
  });

  it('of a buy that overspent keeps its amount, the rest is a loss', () => {
    const buying = programOf({ cash: 10n, sells: [], buys: [10n] });
    expect(clipReport(buying, started(buying), { filled: 12n, cashMoved: 12n })).toEqual({
      filled: 10n,
      cashMoved: 10n,
      correction: -2n,
    });
  });

  it('inside its bounds is left as it is, and always settles', () => {
    const amount = amountOf(program, running);
    for (const filled of [-5n, 0n, amount, amount + 5n]) {
      for (const cashMoved of [-5n, 0n, amount, 2n * amount]) {
        const { correction, ...money } = clipReport(program, running, { filled, cashMoved });
        expect(reasonOf(running, result(money))).toBe('applied');
        expect(money.cashMoved + correction).toBe(cashMoved);
      }
    }
  });
});
