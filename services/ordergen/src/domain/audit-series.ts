import { compare, sorted } from '@trimtab/core';
import { parseSeriesAssetId, seriesId, type Leg } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import type { LedgerLine } from './ledger.js';

/**
 * P + N = 1 in the books of a vault: splits and merges have given as much P as N of every series, and
 * have taken exactly as much of the base asset. Settlements pay either half by itself and are no part.
 */

/** Two sums that must be equal. */
export interface SeriesSums {
  /** A series, or a base asset. */
  readonly subject: string;
  /** What was given of P, or taken of the base asset. */
  readonly one: bigint;
  /** What was given of N, or of the P of every series of the base asset. */
  readonly other: bigint;
}

/** The sums of every series and base asset that was ever split, in a fixed order. */
export function seriesSums(lines: Iterable<LedgerLine>): readonly SeriesSums[] {
  const halves = new Map<string, Record<Leg, bigint>>();
  const taken = new Map<string, bigint>();
  const given = new Map<string, bigint>();
  for (const { kind, account, assetId, amount } of lines) {
    if (account !== 'SERIES' || (kind !== 'SPLIT' && kind !== 'MERGE')) continue;
    const half = parseSeriesAssetId(assetId);
    if (!half.ok) {
      add(taken, assetId, amount);
      continue;
    }
    const { leg, series } = half.value;
    const sums = halves.get(seriesId(series)) ?? { P: 0n, N: 0n };
    halves.set(seriesId(series), { ...sums, [leg]: sums[leg] - amount });
    if (leg === 'P') add(given, resolveAsset(series.base), -amount);
  }
  const bases = new Set([...taken.keys(), ...given.keys()]);
  return [
    ...sorted(halves, ([left], [right]) => compare(left, right)).map(([subject, { P, N }]) => ({
      subject,
      one: P,
      other: N,
    })),
    ...sorted(bases, compare).map((subject) => ({
      subject,
      one: taken.get(subject) ?? 0n,
      other: given.get(subject) ?? 0n,
    })),
  ];
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}
