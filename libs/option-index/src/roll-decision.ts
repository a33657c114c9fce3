import type { Instant } from '@trimtab/core';
import { pow10, type Decimal } from '@trimtab/decimal';
import type { Series } from './series.js';

/** How positions are rolled; `manual` leaves it to the owner. */
export type RollStrategy = 'standard' | 'shortDated' | 'manual';

/** What decides about a roll. */
export interface RollState {
  readonly held: Series;
  /** When the series was bought: its life for this holder begins here. */
  readonly openTime: Instant;
  readonly spot: Decimal;
  readonly now: Instant;
  readonly rebalanceThreshold: Decimal;
  readonly autoRoll: boolean;
  readonly rollStrategy: RollStrategy;
  /** Absent before the first roll. */
  readonly lastRollTime: Instant | undefined;
  /** Least time between two rolls of an intent. */
  readonly minimumIntervalMillis: number;
}

/** Why a roll is due. */
export type RollCause = 'PRICE' | 'MATURITY';

/** What to do about a held series. */
export type RollDecision =
  | { readonly kind: 'HOLD' }
  /** Due, but the last roll is too young. */
  | { readonly kind: 'TOO_SOON'; readonly cause: RollCause; readonly nextTime: Instant }
  /** Due, but nobody rolls automatically: the owner is told. */
  | { readonly kind: 'NOTIFY'; readonly cause: RollCause }
  /** Exit the old series and buy the new one. */
  | { readonly kind: 'ROLL'; readonly cause: RollCause }
  /** Mature: the old series is settled first, then the new one is bought. */
  | { readonly kind: 'SETTLE_THEN_BUY' };

/**
 * Decides about a roll (intent rules, the option index): below strike × threshold, strictly, or at
 * maturity; `shortDated` does not wait for the maturity but goes when a tenth of the life is left.
 */
export function decideRoll(state: RollState): RollDecision {
  const isMature = state.now >= state.held.maturity;
  const cause = causeOf(state);
  if (cause === undefined) return { kind: 'HOLD' };
  if (!state.autoRoll || state.rollStrategy === 'manual') return { kind: 'NOTIFY', cause };
  const nextTime = earliestRoll(state);
  if (nextTime !== undefined && state.now < nextTime) return { kind: 'TOO_SOON', cause, nextTime };
  return isMature ? { kind: 'SETTLE_THEN_BUY' } : { kind: 'ROLL', cause };
}

function causeOf(state: RollState): RollCause | undefined {
  const { held, now, rollStrategy, openTime } = state;
  if (now >= held.maturity) return 'MATURITY';
  if (isBelowTrigger(state)) return 'PRICE';
  const isShort = rollStrategy === 'shortDated';
  return isShort && isLastTenth(openTime, now, held.maturity) ? 'MATURITY' : undefined;
}

/** spot < strike × threshold, in whole numbers. */
function isBelowTrigger({ spot, held, rebalanceThreshold }: RollState): boolean {
  const left = spot.digits * pow10(rebalanceThreshold.scale);
  return left < held.strike * rebalanceThreshold.digits * pow10(spot.scale);
}

/** At most a tenth of the time from opening to maturity is left. */
function isLastTenth(openTime: Instant, now: Instant, maturity: Instant): boolean {
  return (maturity - now) * 10 <= maturity - openTime;
}

function earliestRoll({ lastRollTime, minimumIntervalMillis }: RollState): Instant | undefined {
  if (lastRollTime === undefined) return undefined;
  return (lastRollTime + minimumIntervalMillis) as Instant;
}
