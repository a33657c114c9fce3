import { performance } from 'node:perf_hooks';
import {
  apply,
  createProgram,
  startRebalance,
  type RebalanceProgram,
} from '@trimtab/ordergen/domain';
import { atLeast, best, rounded, type BenchRow } from './bench-row.js';

const ACTIONS = 10_000;
const RESULTS = 400;

/**
 * Recalibration per failed sell at 10 000 actions, against the O(n) way: every remaining amount is
 * multiplied by its factor and the parts are apportioned again.
 */
export function recalibrationRow(): BenchRow {
  const program = programOf(ACTIONS);
  for (let warm = 0; warm < 20; warm += 1) ours(program);
  const oursMicros = best(5, () => ours(program));
  const theirsMicros = best(3, () => redistribute(ACTIONS));
  return atLeast(100, {
    name: `recalibration per result, n = ${ACTIONS}`,
    measured: `${rounded(oursMicros)} µs`,
    floor: `${rounded(theirsMicros)} µs redistributing all`,
    ratio: theirsMicros / oursMicros,
  });
}

function programOf(actions: number): RebalanceProgram {
  const sells = Array.from({ length: actions / 2 }, (_, index) => {
    const amount = 1_000_000_000n + BigInt((index * 7_919) % 99_991);
    return { amount, cap: amount * 1_000_000n };
  });
  const program = createProgram({
    cash: 0n,
    underlyingFloor: 0n,
    sells,
    buys: sells.map(({ amount }) => amount),
  });
  if (!program.ok) throw new Error(program.error.message);
  return program.value;
}

/** Microseconds per result. */
function ours(program: RebalanceProgram): number {
  const begun = startRebalance(program, 'EXECUTE');
  let { state, dispatch } = begun;
  const begin = performance.now();
  for (let index = 0; index < RESULTS; index += 1) {
    const filled = (dispatch?.amount ?? 0n) / 2n;
    const result = { index, filled, cashMoved: filled, execType: 'CANCELED' } as const;
    const step = apply(program, state, { kind: 'RESULT', result });
    if (!step.ok) throw new Error(step.error.message);
    ({ state, dispatch } = step.value);
  }
  return ((performance.now() - begin) * 1000) / RESULTS;
}

/** Microseconds per result when every remaining amount is written again. */
function redistribute(actions: number): number {
  const sells = Array.from(
    { length: actions / 2 },
    (_, i) => 1_000_000_000n + BigInt((i * 7_919) % 99_991),
  );
  const buys = [...sells];
  const results = 40;
  const begin = performance.now();
  for (let index = 0; index < results; index += 1) {
    const failed = (sells[index] ?? 0n) / 2n;
    let sellTotal = 0n;
    for (let j = index + 1; j < sells.length; j += 1) sellTotal += sells[j] ?? 0n;
    let buyTotal = 0n;
    for (const buy of buys) buyTotal += buy;
    const up = (failed * sellTotal) / (sellTotal + buyTotal);
    apportion(sells, index + 1, sellTotal, sellTotal + up);
    apportion(buys, 0, buyTotal, buyTotal - (failed - up));
  }
  return ((performance.now() - begin) * 1000) / results;
}

function apportion(amounts: bigint[], from: number, base: bigint, total: bigint): void {
  let seen = 0n;
  let paid = 0n;
  for (let index = from; index < amounts.length; index += 1) {
    seen += amounts[index] ?? 0n;
    const share = (seen * total) / base - paid;
    amounts[index] = share;
    paid += share;
  }
}
