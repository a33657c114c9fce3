import { compare, invariant, sorted } from '@trimtab/core';
import type { Strategy } from './strategy.js';
import { byPosition, type Side } from './vault-state.js';

/** What a position should weigh: the only thing of a plan that order generation trades on. */
export interface Target {
  readonly assetId: string;
  readonly side: Side;
  readonly weightBps: number;
  /** The collateral ratio of a short, a canonical decimal above 1; absent for longs, where it is 1. */
  readonly kappa?: string;
  readonly investible: boolean;
  /** In solver plans the strategy behind the asset. */
  readonly strategyId?: string;
}

/** A solver plan's targets: its strategies' assets, LONG and investible, by (asset, side). */
export function targetsOf(
  strategies: readonly { readonly strategy: Strategy }[],
  weights: ReadonlyMap<string, number>,
): readonly Target[] {
  const targets: Target[] = [];
  for (const { strategy } of strategies) {
    // The search ends with the last strategy that has weight.
    if (targets.length === weights.size) break;
    const { strategyId, assetId } = strategy;
    const weightBps = weights.get(strategyId);
    if (weightBps === undefined) continue;
    targets.push({ assetId, side: 'LONG', weightBps, investible: true, strategyId });
  }
  invariant(targets.length === weights.size, 'every weight belongs to a strategy');
  return sortTargets(targets);
}

/** Targets by (assetId, side), the order in which they are hashed. */
export function sortTargets(targets: readonly Target[]): readonly Target[] {
  return sorted(
    targets,
    (left, right) =>
      byPosition(left, right) || compare(left.strategyId ?? '', right.strategyId ?? ''),
  );
}
