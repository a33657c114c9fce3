import { compare, invariant, sorted } from '@trimtab/core';
import { parseSeriesAssetId, parseSeriesId, seriesAssetId, seriesId } from '@trimtab/option-index';
import type { IntentSpec, Target } from '@trimtab/strategy';
import type { RunPurpose, RunTrigger } from './run.js';

/**
 * What a run of the option index buys (intent rules, the option index): the whole vault goes into one
 * half of one series. Decided once and kept, so that every attempt asks for the same.
 */
export interface IndexTarget {
  /** Absent: everything goes to the underlying. */
  readonly seriesId?: string;
  /** The half that is bought. */
  readonly assetId?: string;
  /** How far prices of the trades may be off: a roll brings its intent's, else the vault's counts. */
  readonly slippageLimitBps?: number;
}

/** Everything that a vault has. */
const WHOLE_BPS = 10_000;
/** How long a run waits until what it buys has a price. */
export const INDEX_PATIENCE_MILLIS = 60_000;

/** The half that an intent holds: leverage holds N, the others P. */
export function halfOf(seriesIdText: string, { type }: Pick<IntentSpec, 'type'>): string {
  const series = parseSeriesId(seriesIdText);
  invariant(series.ok, `the series of a run was read before, found "${seriesIdText}"`);
  return seriesAssetId(type === 'leverage' ? 'N' : 'P', series.value);
}

/** What a run is for, as far as its trigger says: what the price or a maturity starts is a roll. */
export function purposeByTrigger(trigger: RunTrigger): RunPurpose {
  return trigger === 'PRICE' || trigger === 'MATURITY' ? 'ROLL' : 'REBALANCE';
}

/** What a run is for: leaving one series for another is a roll, whoever asked for it. */
export function indexPurpose(
  trigger: RunTrigger,
  target: string | undefined,
  heldAssetIds: readonly string[],
): RunPurpose {
  const leaves = target !== undefined && heldSeries(heldAssetIds).some((held) => held !== target);
  return leaves ? 'ROLL' : purposeByTrigger(trigger);
}

/** The series that a vault holds a half of, by their ids. */
export function heldSeries(heldAssetIds: readonly string[]): readonly string[] {
  const ids = heldAssetIds.flatMap((assetId) => {
    const half = parseSeriesAssetId(assetId);
    return half.ok ? [seriesId(half.value.series)] : [];
  });
  return sorted(new Set(ids), compare);
}

/** What a run of the index buys. */
export function indexTarget(
  target: string | undefined,
  purpose: RunPurpose,
  spec: IntentSpec,
): IndexTarget {
  return {
    ...(target !== undefined && { seriesId: target, assetId: halfOf(target, spec) }),
    ...(purpose === 'ROLL' && { slippageLimitBps: spec.constraints.maxSlippagePerRollBps }),
  };
}

/** The weights of a run of the index: all of the half, or nothing but the underlying. */
export function indexWeights({ assetId }: IndexTarget): readonly Target[] {
  if (assetId === undefined) return [];
  return [{ assetId, side: 'LONG', weightBps: WHOLE_BPS, kappa: undefined, investible: true }];
}
