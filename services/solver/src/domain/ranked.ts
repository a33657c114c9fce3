import { sorted } from '@trimtab/core';
import type { Candidate } from './candidates.js';
import { bestFirst } from './score.js';

/**
 * Candidates in the order of the rounds: score descending, then strategyId ascending. They come by
 * strategyId, so that the order is that of `score · count + (count − 1 − place)`, one whole number for
 * each, from the greatest. Numbers are sorted many times as fast as objects are by a comparison; scores
 * of the registry are at most 1 000 000, so that the numbers are exact for 9 · 10^9 candidates.
 */
export function ranked(byId: readonly Candidate[]): readonly Candidate[] {
  const count = byId.length;
  const keys = new Float64Array(count);
  let place = count;
  for (const { score } of byId) {
    place -= 1;
    const key = score.scoreBps * count + place;
    if (!Number.isSafeInteger(key)) return sorted(byId, (a, b) => bestFirst(a.score, b.score));
    keys[place] = key;
  }
  keys.sort();
  const best: Candidate[] = [];
  for (let rank = count - 1; rank >= 0; rank -= 1) {
    const key = keys[rank] ?? 0;
    const candidate = byId[count - 1 - (key - Math.floor(key / count) * count)];
    if (candidate !== undefined) best.push(candidate);
  }
  return best;
}
