import { positionText, type LiveWeight } from './vault-state.js';

/** How far a plan is from what is held, and whether that is worth acting on. */
export interface TotalDelta {
  readonly totalDeltaBps: number;
  readonly noOp: boolean;
}

/** A weight of one position, wanted or held. */
type PositionWeight = LiveWeight;

/**
 * `Σ |target − live|` over the union of the positions of both sides (trap T12): a held position
 * without a target counts in full. A plan is a no-op strictly below the policy's minimum.
 */
export function totalDelta(
  targets: readonly PositionWeight[],
  live: readonly PositionWeight[],
  minRebalanceDeltaBps: number,
): TotalDelta {
  const differences = new Map<string, number>();
  const add = (weight: PositionWeight, sign: 1 | -1): void => {
    const key = positionText(weight);
    differences.set(key, (differences.get(key) ?? 0) + sign * weight.weightBps);
  };
  for (const target of targets) add(target, 1);
  for (const held of live) add(held, -1);
  const totalDeltaBps = [...differences.values()].reduce((sum, delta) => sum + Math.abs(delta), 0);
  return { totalDeltaBps, noOp: totalDeltaBps < minRebalanceDeltaBps };
}
