import type { Json } from './canonical-text.js';
import { floor, least, size } from './exact.js';
import type { Inputs } from './plan-inputs.js';

/**
 * The venue steps of a plan whose strategies are all STATIC: one deposit or one withdrawal each,
 * withdrawals first, cut at the manager's maximum (solver rules, steps). Undefined when an adapter
 * is of a kind whose steps come with instructions of its own.
 */
export function stepsDocument(
  inputs: Inputs,
  nav: bigint,
  weights: ReadonlyMap<string, number>,
): Json | undefined {
  if (inputs.strategies.some(({ adapter }) => adapter !== 'STATIC')) return undefined;
  const live = new Map<string, number>();
  for (const { assetId, side, weight } of inputs.vault.live) {
    if (side === 'LONG') live.set(assetId, weight);
  }
  const notional = (weight: number): bigint => floor(nav * BigInt(weight), 10_000n);
  const moves = inputs.strategies.map(({ strategyId, assetId }) => ({
    strategyId,
    assetId,
    delta: notional(weights.get(strategyId) ?? 0) - notional(live.get(assetId) ?? 0),
  }));
  const out = moves.filter(({ delta }) => delta < 0n);
  const into = moves.filter(({ delta }) => delta > 0n);
  return [...out, ...into].flatMap(({ strategyId, assetId, delta }) =>
    pieces(size(delta), inputs.maxNotional).map((amount, chunkIndex, all) => ({
      strategyId,
      assetId,
      operation: delta < 0n ? 'WITHDRAW' : 'DEPOSIT',
      amount: amount.toString(),
      chunkIndex,
      chunkCount: all.length,
      envelopes: [],
    })),
  );
}

function pieces(amount: bigint, max: bigint | undefined): readonly bigint[] {
  if (max === undefined || max <= 0n) return [amount];
  const cut: bigint[] = [];
  for (let rest = amount; rest > 0n; rest -= max) cut.push(least(rest, max));
  return cut;
}
