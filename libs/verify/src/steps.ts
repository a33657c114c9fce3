import type { Json } from './canonical-text.js';
import { floor, least, size } from './exact.js';
import type { Envelope, Inputs, Strategy } from './plan-inputs.js';

/** An instruction of a venue before it is cut. */
interface Instruction {
  readonly strategy: Strategy;
  readonly operation: string;
  readonly amount: bigint;
  readonly envelopes: readonly Envelope[];
}

/** What an instruction's label may keep it to, and the operation that it then belongs to. */
const LABELS = new Map([
  ['deposit', 'DEPOSIT'],
  ['withdraw', 'WITHDRAW'],
  ['request_withdraw', 'REQUEST_WITHDRAW'],
  ['finalize_withdraw', 'FINALIZE_WITHDRAW'],
  ['hold', 'HOLD'],
]);

/**
 * The venue steps of a plan: what takes money out first, each group by strategy, cut at the manager's
 * maximum unless instructions of the venue come with it (solver rules, steps).
 */
export function stepsDocument(
  inputs: Inputs,
  nav: bigint,
  weights: ReadonlyMap<string, number>,
): Json {
  const live = new Map<string, number>();
  for (const { assetId, side, weight } of inputs.vault.live) {
    if (side === 'LONG') live.set(assetId, weight);
  }
  const notional = (weight: number): bigint => floor(nav * BigInt(weight), 10_000n);
  const out: Instruction[] = [];
  const into: Instruction[] = [];
  for (const strategy of inputs.strategies) {
    const target = notional(weights.get(strategy.strategyId) ?? 0);
    const delta = target - notional(live.get(strategy.assetId) ?? 0);
    (delta < 0n ? out : into).push(...instructionsOf(strategy, delta, target));
  }
  return [...out, ...into].flatMap(({ strategy, operation, amount, envelopes }) => {
    const max = envelopes.length > 0 ? undefined : inputs.maxNotional;
    return pieces(amount, max).map((piece, chunkIndex, all) => ({
      ...{ strategyId: strategy.strategyId, assetId: strategy.assetId, operation },
      ...{ amount: piece.toString(), chunkIndex, chunkCount: all.length },
      envelopes: envelopes.map((one) => ({ ...one })),
    }));
  });
}

function instructionsOf(strategy: Strategy, delta: bigint, target: bigint): readonly Instruction[] {
  const all = strategy.measured?.envelopes ?? [];
  const { adapter } = strategy;
  const plain = adapter === 'STATIC' || (adapter === 'MANIFEST' && all.length === 0);
  const make = (operation: string): Instruction => ({
    ...{ strategy, operation, amount: size(delta) },
    envelopes: plain ? [] : all.filter(({ label }) => belongs(label, operation)),
  });
  if (delta > 0n) return [make('DEPOSIT')];
  if (delta < 0n) {
    const inTwo = adapter === 'MANIFEST' && !plain;
    return (inTwo ? ['REQUEST_WITHDRAW', 'FINALIZE_WITHDRAW'] : ['WITHDRAW']).map(make);
  }
  // Nothing moves: only what a venue has to be told while money stays there.
  const hold = make('HOLD');
  return target > 0n && hold.envelopes.length > 0 ? [hold] : [];
}

function belongs(label: string, operation: string): boolean {
  const only = LABELS.get(label.split(':', 1)[0] ?? '');
  return only === undefined ? operation !== 'HOLD' : only === operation;
}

function pieces(amount: bigint, max: bigint | undefined): readonly bigint[] {
  if (max === undefined || max <= 0n || amount === 0n) return [amount];
  const cut: bigint[] = [];
  for (let rest = amount; rest > 0n; rest -= max) cut.push(least(rest, max));
  return cut;
}
