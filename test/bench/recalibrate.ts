import { performance } from 'node:perf_hooks';
import { TAGS, contentHash } from '@trimtab/canonical';
import {
  amountOf,
  apply,
  createProgram,
  eventDocument,
  startRebalance,
  type FoldInput,
  type RebalanceProgram,
  type RebalanceState,
} from '@trimtab/ordergen/domain';

/**
 * What one recalibration costs with 100, 1 000 and 10 000 actions: every sell fails by half, caps
 * are reached all along the way. Each time is also given as a ratio to the cost of hashing one event
 * document, measured in the same run, so that runs on different machines can be compared.
 */

const SIZES = [100, 1_000, 10_000] as const;
const RECALIBRATIONS = 40_000;
const ROUNDS = 5;

interface Row {
  readonly actions: number;
  readonly recalibrations: number;
  readonly pins: number;
  readonly microsPerRecalibration: number;
  readonly ratioToEventHash: number;
  readonly growth: number;
}

function programOf(actions: number): RebalanceProgram {
  const sells = Array.from({ length: actions / 2 }, (_, index) => {
    const amount = 1_000_000_000n + BigInt((index * 7_919) % 99_991);
    return { amount, cap: amount + (amount * BigInt((index * 104_729) % 1_000)) / 1_000n };
  });
  const buys = sells.map(({ amount }) => amount);
  const program = createProgram({ cash: 0n, underlyingFloor: 0n, sells, buys });
  if (!program.ok) throw new Error(program.error.message);
  return program.value;
}

/** The next sell fills half. */
function failing(program: RebalanceProgram, state: RebalanceState): FoldInput {
  const filled = amountOf(program, state) / 2n;
  const index = state.nextIndex;
  return { kind: 'RESULT', result: { index, filled, cashMoved: filled, execType: 'CANCELED' } };
}

/** Folds the sell leg once: microseconds per recalibration and pins. */
function foldSells(program: RebalanceProgram): { micros: number; pins: number } {
  let state = startRebalance(program, 'EXECUTE').state;
  let pins = 0;
  const begin = performance.now();
  while (state.nextIndex < program.sellCount) {
    const step = apply(program, state, failing(program, state));
    if (!step.ok) throw new Error(step.error.message);
    pins += step.value.recalibration?.pins.length ?? 0;
    state = step.value.state;
  }
  return { micros: ((performance.now() - begin) * 1_000) / program.sellCount, pins };
}

function hashMicros(): number {
  const program = programOf(100);
  const { state } = startRebalance(program, 'EXECUTE');
  const input = failing(program, state);
  const step = apply(program, state, input);
  if (!step.ok) throw new Error(step.error.message);
  const event = eventDocument({ previous: 'h'.repeat(64), sequence: 1 }, input, step.value);
  return best(() => {
    const begin = performance.now();
    for (let run = 0; run < 2_000; run += 1) contentHash(TAGS.rebalanceEvent, event);
    return (performance.now() - begin) / 2;
  });
}

/** The least of some rounds: noise of the machine only ever adds. */
function best(measure: () => number): number {
  return Math.min(...Array.from({ length: ROUNDS }, measure));
}

function measure(): readonly Row[] {
  const floor = hashMicros();
  let smallest = 0;
  return SIZES.map((actions) => {
    const program = programOf(actions);
    const folds = Math.ceil(RECALIBRATIONS / ROUNDS / program.sellCount);
    let pins = 0;
    const micros = best(() => {
      let total = 0;
      for (let fold = 0; fold < folds; fold += 1) {
        const run = foldSells(program);
        total += run.micros;
        pins = run.pins;
      }
      return total / folds;
    });
    smallest = smallest === 0 ? micros : smallest;
    return {
      actions,
      recalibrations: program.sellCount,
      pins,
      microsPerRecalibration: rounded(micros),
      ratioToEventHash: rounded(micros / floor),
      growth: rounded(micros / smallest),
    };
  });
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

foldSells(programOf(10_000)); // lets the compiler see the code before it is timed
const rows = measure();
console.log('cost per recalibration; growth is against 100 actions, log n would be 1.5 and 2');
console.table(rows);
console.log(JSON.stringify({ bench: 'recalibrate', rows }));
