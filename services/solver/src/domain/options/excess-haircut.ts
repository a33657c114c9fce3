import { BPS_WHOLE } from '@trimtab/decimal';
import { halfUpShare } from '../half-up.js';
import type { ExcessPrice } from './score-options.js';

/** `halfUp(max(0, measured − threshold) · price / 10 000)`: what a measured excess takes off a score. */
export function excessHaircut(
  measuredBps: number,
  { thresholdBps, priceBps }: ExcessPrice,
): number {
  return halfUpShare(Math.max(0, measuredBps - thresholdBps), priceBps, BPS_WHOLE);
}
