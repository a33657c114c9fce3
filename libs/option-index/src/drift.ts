import { abs, halfUpDiv, lnRatio, safeNumber } from '@trimtab/decimal';

/** Value per unit and index at two times; only their ratios count, so any common unit will do. */
export interface DriftInputs {
  /** V, the vault's value per unit now. */
  readonly value: bigint;
  /** V0, at the first deposit. */
  readonly firstValue: bigint;
  /** I, the index now: constant for P, the model value of N for N. */
  readonly index: bigint;
  /** I0. */
  readonly firstIndex: bigint;
  /** Since the first deposit. */
  readonly elapsedMillis: number;
  readonly maturityDays: number;
}

/** Far below a bps of anything. */
const PLACES = 30;
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365n;
const BPS = 10_000n;

/**
 * The yearly drift between vault and index in bps:
 * `halfUp(|ln(V/V0) − ln(I/I0)| · 365 / max(days, maturityDays) · 10 000)` (intent rules, the option
 * index). The logarithm has 30 places, everything after it is exact.
 */
export function driftBps(inputs: DriftInputs): number {
  const { value, firstValue, index, firstIndex, elapsedMillis, maturityDays } = inputs;
  const gap = abs(lnRatio(value, firstValue, PLACES) - lnRatio(index, firstIndex, PLACES));
  const spanMillis = BigInt(Math.max(elapsedMillis, maturityDays * DAY_MS));
  const scale = 10n ** BigInt(PLACES);
  return safeNumber(halfUpDiv(gap * YEAR_DAYS * BigInt(DAY_MS) * BPS, spanMillis * scale));
}

/** Whether the owner is told: above the limit, strictly. */
export function isThresholdBreach(drift: number, maxAnnualDriftBps: number): boolean {
  return drift > maxAnnualDriftBps;
}

/** Whether the intent is unwound: above the stop, strictly. */
export function isStopLoss(drift: number, stopLossDriftBps: number): boolean {
  return drift > stopLossDriftBps;
}

/** The reason of a stop, which names the configured limit. */
export function stopLossReason(stopLossDriftBps: number): string {
  const hundredths = BigInt(stopLossDriftBps);
  const whole = hundredths / 100n;
  const rest = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `Stop-loss triggered: drift exceeded ${whole}${rest === '' ? '' : `.${rest}`}%`;
}
