import { addMillis, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import {
  decideRoll,
  isAffordable,
  isStopLoss,
  openSeries,
  seriesId,
  stopLossReason,
  type RollCause,
  type RollDecision,
  type Series,
} from '@trimtab/option-index';
import type { Config, Constraints } from '@trimtab/strategy';
import { decimalIn } from './decimal-in.js';
import type { BuyTrigger, HeldSeries, NextSeries } from './runtime.js';

/** What the option index of an intent does next (intent rules, the option index): one decision, from values alone. */

/** What the market says of the series that was chosen. */
export interface Offer {
  /** Whether the oracle has a healthy price of the half. */
  readonly isPriced: boolean;
  /** Whether everything that is traded is quoted, or nobody quotes for the intent. */
  readonly isQuoted: boolean;
  /** What the quotes say that it costs; absent if nothing can be said. */
  readonly expectedCostBps: number | undefined;
}

/** Everything that decides. */
export interface IndexState {
  readonly now: Instant;
  /** Base of the ticker, such as `BTC`. */
  readonly base: string;
  /** Price of the base. */
  readonly spot: Decimal;
  readonly config: Config;
  readonly constraints: Constraints;
  readonly driftBps: number;
  /** The series that was bought last. */
  readonly held: HeldSeries | undefined;
  /** Whether the vault holds the half of it. */
  readonly holdsHalf: boolean;
  /** Whether there is enough cash to be invested. */
  readonly hasIdleCash: boolean;
  readonly notified: RollCause | undefined;
  readonly next: NextSeries | undefined;
  /** Of the next series; absent if none is chosen. */
  readonly offer: Offer | undefined;
  readonly lastRollAt: Instant | undefined;
  /** When what was put off is tried again. */
  readonly retryTime: Instant | undefined;
  readonly limits: IndexLimits;
}

/** How long the index waits for what. */
export interface IndexLimits {
  readonly minimumRollIntervalMillis: number;
  /** For quotes of a series that is priced; then it is bought without. */
  readonly quotePatienceMillis: number;
  /** For a price of a series that was chosen; then it is put off. */
  readonly pricePatienceMillis: number;
}

/** What to do. */
export type IndexDecision =
  /** The stop-loss: unwind. */
  | { readonly kind: 'STOP'; readonly reason: string }
  /** The natural end. */
  | { readonly kind: 'END'; readonly reason: string }
  /** Nothing; the owner is told of a roll that nobody makes. */
  | { readonly kind: 'HOLD'; readonly notify: RollCause | undefined }
  /** A matured series is paid first. */
  | { readonly kind: 'AWAIT_SETTLEMENT'; readonly notify: RollCause | undefined }
  /** Due, but not yet. */
  | { readonly kind: 'WAIT'; readonly until: Instant }
  /** A series is chosen, to be registered, priced and quoted. */
  | { readonly kind: 'CHOOSE'; readonly next: NextSeries }
  /** The chosen series is not priced or quoted yet. */
  | { readonly kind: 'AWAIT_MARKET' }
  /** Not now: it is tried again with backoff. */
  | { readonly kind: 'PUT_OFF'; readonly next: NextSeries; readonly why: string }
  /** The chosen series is bought. */
  | { readonly kind: 'BUY'; readonly next: NextSeries }
  /** There is no series to buy: the base is worth less than a tick. */
  | { readonly kind: 'NO_SERIES'; readonly why: string };

/** The reason of a natural end. */
export const NATURAL_END = 'all positions settled';

/** Decides what the option index does next. */
export function decideIndex(state: IndexState): IndexDecision {
  const { driftBps, constraints } = state;
  if (isStopLoss(driftBps, constraints.stopLossDriftBps)) {
    return { kind: 'STOP', reason: stopLossReason(constraints.stopLossDriftBps) };
  }
  const wish = wishOf(state);
  return wish.kind === 'BUY_SOME' ? pursue(wish, state) : wish;
}

/** A purchase that is due. */
interface Wish {
  readonly kind: 'BUY_SOME';
  readonly trigger: BuyTrigger;
  /** Absent: a new one. */
  readonly series: Series | undefined;
}

const HOLD: IndexDecision = { kind: 'HOLD', notify: undefined };

function wishOf(state: IndexState): Wish | IndexDecision {
  const { held, holdsHalf } = state;
  if (held === undefined) return opening(state, undefined);
  const roll = rollOf(held, state);
  return holdsHalf ? withHalf(held, roll, state) : withoutHalf(held, roll, state);
}

function rollOf(held: HeldSeries, state: IndexState): RollDecision {
  const { spot, now, config, lastRollAt, limits } = state;
  return decideRoll({
    held: held.series,
    openTime: held.openTime,
    spot,
    now,
    rebalanceThreshold: decimalIn(config.rebalanceThreshold),
    autoRoll: config.autoRoll,
    rollStrategy: config.rollStrategy,
    lastRollTime: lastRollAt,
    minimumIntervalMillis: limits.minimumRollIntervalMillis,
  });
}

function withHalf(held: HeldSeries, roll: RollDecision, state: IndexState): Wish | IndexDecision {
  const isMature = state.now >= held.series.maturity;
  switch (roll.kind) {
    case 'ROLL':
      return { kind: 'BUY_SOME', trigger: roll.cause, series: undefined };
    case 'TOO_SOON':
      return isMature ? settlement(undefined) : { kind: 'WAIT', until: roll.nextTime };
    case 'SETTLE_THEN_BUY':
      return settlement(undefined);
    case 'NOTIFY': {
      const notify = state.notified === roll.cause ? undefined : roll.cause;
      if (isMature) return settlement(notify);
      return notify === undefined ? opening(state, held.series) : { kind: 'HOLD', notify };
    }
    case 'HOLD':
      return opening(state, held.series);
  }
}

/** The half was sold without another, withdrawn or settled. */
function withoutHalf(
  { series }: HeldSeries,
  roll: RollDecision,
  state: IndexState,
): Wish | IndexDecision {
  if (state.now < series.maturity) return opening(state, undefined);
  if (roll.kind === 'NOTIFY') return { kind: 'END', reason: NATURAL_END };
  if (roll.kind === 'TOO_SOON') return { kind: 'WAIT', until: roll.nextTime };
  return state.hasIdleCash ? { kind: 'BUY_SOME', trigger: 'MATURITY', series: undefined } : HOLD;
}

function settlement(notify: RollCause | undefined): IndexDecision {
  return { kind: 'AWAIT_SETTLEMENT', notify };
}

/** Idle cash goes into the series that is held, or else into a new one. */
function opening({ hasIdleCash }: IndexState, series: Series | undefined): Wish | IndexDecision {
  return hasIdleCash ? { kind: 'BUY_SOME', trigger: 'OPENING', series } : HOLD;
}

function pursue(wish: Wish, state: IndexState): IndexDecision {
  const { next, now, retryTime, offer, limits } = state;
  if (retryTime !== undefined && now < retryTime) return { kind: 'WAIT', until: retryTime };
  if (next === undefined || offer === undefined || !isWished(next, wish))
    return choose(wish, state);
  if (!offer.isPriced) {
    return now < addMillis(next.time, limits.pricePatienceMillis)
      ? { kind: 'AWAIT_MARKET' }
      : { kind: 'PUT_OFF', next, why: 'the oracle has no healthy price of it' };
  }
  if (!offer.isQuoted && now < addMillis(next.time, limits.quotePatienceMillis)) {
    return { kind: 'AWAIT_MARKET' };
  }
  const tooDear = tooDearOf(next, offer, state);
  return tooDear === undefined ? { kind: 'BUY', next } : { kind: 'PUT_OFF', next, why: tooDear };
}

function isWished(next: NextSeries, { trigger, series }: Wish): boolean {
  if (next.trigger !== trigger) return false;
  return series === undefined || seriesId(series) === seriesId(next.series);
}

function choose(wish: Wish, state: IndexState): IndexDecision {
  const { base, spot, config, now, held, holdsHalf } = state;
  const { trigger } = wish;
  if (wish.series !== undefined) return chosen(wish.series, trigger, now);
  const { strikeRatio, maturityDays } = config;
  const opened = openSeries({
    base,
    spot,
    strikeRatio: decimalIn(strikeRatio),
    maturityDays,
    now,
  });
  if (!opened.ok) return { kind: 'NO_SERIES', why: opened.error };
  const isHeld =
    holdsHalf && held !== undefined && seriesId(held.series) === seriesId(opened.value);
  // A roll into what is held is none.
  return isHeld ? HOLD : chosen(opened.value, trigger, now);
}

function chosen(series: Series, trigger: BuyTrigger, time: Instant): IndexDecision {
  return { kind: 'CHOOSE', next: { series, trigger, time } };
}

/** Only rolls have a limit: an opening invests what is idle. */
function tooDearOf(
  { trigger }: NextSeries,
  { expectedCostBps }: Offer,
  { constraints: { maxSlippagePerRollBps } }: IndexState,
): string | undefined {
  if (trigger === 'OPENING' || expectedCostBps === undefined) return undefined;
  if (isAffordable(expectedCostBps, maxSlippagePerRollBps)) return undefined;
  return `the quotes say that it costs ${expectedCostBps} bps, the limit is ${maxSlippagePerRollBps}`;
}
