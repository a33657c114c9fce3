import type { Clock } from '@trimtab/core';
import { parseSeriesAssetId } from '@trimtab/option-index';
import { ATTRIBUTES, METRICS, observe, type Reading } from '@trimtab/telemetry';
import type { PriceView } from '../../application/ports.js';
import type { Health } from '../../domain/evaluation.js';

const STATES: readonly Health[] = ['HEALTHY', 'STALE', 'NO_QUORUM', 'HALTED'];
const MILLIS = 1000;
/** Every asset is counted by its state; so many, the first by id, have an age of their own. */
const MAX_AGES = 200;

/** Observes the published prices until the returned function is called. */
export function observePrices(view: PriceView, clock: Clock): () => void {
  const records = () => view.page({ afterAssetId: '', limit: Number.MAX_SAFE_INTEGER });
  const stops = [
    observe(METRICS.priceAge, (): readonly Reading[] => {
      const now = clock.now();
      const ages: Reading[] = [];
      for (const { asset, last } of records()) {
        // Halves of series are many, and once they have matured they only grow older.
        const isHalf = parseSeriesAssetId(asset.assetId).ok;
        if (asset.denomination || last === undefined || isHalf) continue;
        if (ages.length === MAX_AGES) break;
        const value = (now - last.publishTime) / MILLIS;
        ages.push({ value, attributes: { [ATTRIBUTES.assetId]: asset.assetId } });
      }
      return ages;
    }),
    observe(METRICS.priceState, () => {
      const counts = new Map(STATES.map((state) => [state, 0]));
      for (const { asset, state } of records()) {
        if (!asset.denomination) counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      return [...counts].map(([state, value]) => ({
        value,
        attributes: { [ATTRIBUTES.priceState]: state },
      }));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
