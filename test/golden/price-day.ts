import { readFileSync } from 'node:fs';
import { formatInstant, instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import {
  parseVenueCsv,
  playThroughRules,
  toVenueTicks,
  type FeedTick,
  type PlayedChange,
} from '@trimtab/oracle';
import { type Asset } from '@trimtab/oracle/domain';

/** The recorded day: BTC at five venues, two of which are silent from 12:01. */
export const DAY_FILE = new URL(
  '../fixtures/prices/btc-usd-5-venues-2022-12-13.csv',
  import.meta.url,
);

/** BTC as the day is played: five publishers, published on 10 bps or every 5 minutes. */
export function dayAsset(quorumCount: number): Asset {
  return {
    assetId: 'BTC',
    decimals: 8,
    lot: 1n,
    minimumOrder: 0n,
    maxAgeSeconds: 90,
    heartbeatSeconds: 300,
    deviationBps: 10,
    quorumCount,
    outlierBps: 200,
    breakerBps: 1000,
    publishers: [],
    denomination: false,
    version: 1n,
    createTime: instant(0),
    updateTime: instant(0),
  };
}

/** The ticks of the day. */
export function readDay(): readonly FeedTick[] {
  const file = parseVenueCsv(readFileSync(DAY_FILE, 'utf8'));
  if (!file.ok) throw new Error(file.error);
  return toVenueTicks(file.value.rows, 'BTC');
}

/** Every change of the day. */
export function playDay(quorumCount: number): readonly PlayedChange[] {
  return playThroughRules(dayAsset(quorumCount), readDay(), 'NOBODY');
}

/** The changes as a file: what was published when, why, from how many, and who was dropped. */
export function writeDay(changes: readonly PlayedChange[]): string {
  const lines = changes.map(({ time, cause, state, publication }) =>
    [
      formatInstant(time),
      cause,
      state,
      publication === undefined ? '' : formatDecimal(publication.price),
      publication === undefined ? '' : formatDecimal(publication.confidence),
      publication?.publishers.length ?? 0,
      publication?.dropped.map((one) => `${one.publisher} ${one.reason}`).join(' ') ?? '',
    ].join(','),
  );
  return ['time,cause,state,price,confidence,publisher_count,dropped', ...lines, ''].join('\n');
}
