import { instant, present } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { playThroughRules, type FeedTick } from '@trimtab/oracle';
import type { Asset } from '@trimtab/oracle/domain';
import type { ChartVenue, PriceChart } from './price-chart.js';

/** What the rules of the oracle make of a recording, with what each venue said. */
export function chartOfRecording(asset: Asset, ticks: readonly FeedTick[]): PriceChart {
  const from = present(ticks[0], 'a recording has ticks').time;
  const to = ticks.at(-1)?.time ?? from;
  const venues = new Map<string, ChartVenue['points'][number][]>();
  for (const one of ticks.flatMap(({ observations }) => observations)) {
    if (one.kind !== 'PRICE' || one.assetId !== asset.assetId) continue;
    const points = venues.get(one.publisher) ?? [];
    points.push({ time: instant(one.observeTime), price: one.price });
    venues.set(one.publisher, points);
  }
  return {
    assetId: asset.assetId,
    from,
    to,
    venues: [...venues].map(([name, points]) => ({ name, points })),
    standings: playThroughRules(asset, ticks, 'NOBODY').map(({ time, state, publication }) => ({
      time,
      state,
      price: publication && formatDecimal(publication.price),
      confidence: publication && formatDecimal(publication.confidence),
    })),
  };
}
