import { seriesAssetId, type Leg, type Series } from './series.js';

/** The kinds of strategies, as far as the half that they hold goes. */
export type HolderType = 'treasury' | 'hedge' | 'leverage' | 'yield' | 'custom';

/** The half that a strategy holds: leverage holds N, the others P (intent rules, the option index). */
export function heldLeg(type: HolderType): Leg {
  return type === 'leverage' ? 'N' : 'P';
}

/** The asset that a strategy holds of a series. */
export function heldAssetId(type: HolderType, series: Series): string {
  return seriesAssetId(heldLeg(type), series);
}
