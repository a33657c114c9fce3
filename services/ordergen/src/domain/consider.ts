import { ok, sorted, type DomainError, type Result } from '@trimtab/core';
import { abs, min } from '@trimtab/decimal';
import type { DraftAction } from './action.js';
import { bandedTarget, type HeldAmounts } from './drift-band.js';
import { explicitTargets } from './explicit-action.js';
import type { GenerateInput, Goal, NetMode } from './generate-input.js';
import { joinPositions } from './join-positions.js';
import { byPosition, type PositionKey } from './position.js';
import { priceOf, type PriceBook } from './price-book.js';
import { adjustTargets, type TargetAmounts } from './targets.js';
import { toleranceAmounts, type ToleranceAmounts } from './tolerances.js';
import {
  requirePositiveNav,
  valueVault,
  type ValuedPosition,
  type Valuation,
} from './valuation.js';

/** What each position of a vault is to do, traded or not (order generation rules, section 1). */

/** Why a position is traded, or is not. */
export type Consideration = 'TRADE' | 'INSIDE_BAND' | 'BELOW_TOLERANCE' | 'ON_TARGET';

/** A position that is held or wanted, with what becomes of it. */
export interface ConsideredPosition extends PositionKey {
  readonly held: ValuedPosition;
  /** What it shall hold, before a band moves it. */
  readonly target: TargetAmounts;
  readonly consideration: Consideration;
  /** Its trade, before tolerances; absent inside the band. */
  readonly draft?: DraftAction;
}

/** All positions of a vault before a rebalance. */
export interface ConsideredVault {
  readonly valuation: Valuation;
  /** The ε that were applied, in base units of the underlying. */
  readonly tolerances: ToleranceAmounts;
  /** By (assetId, side). */
  readonly positions: readonly ConsideredPosition[];
}

/** Looks at every position that is held or wanted. Refuses what generation refuses, but for an explicit order. */
export function considerVault(input: GenerateInput): Result<ConsideredVault, DomainError> {
  const valued = valueVault(input.cash, input.positions, input.prices);
  if (!valued.ok) return valued;
  const valuation = requirePositiveNav(valued.value);
  if (!valuation.ok) return valuation;
  const { nav } = valuation.value;
  const pairs = pairsOf(valuation.value, input.goal, input.prices);
  if (!pairs.ok) return pairs;
  const priced = requirePrices(pairs.value, input.prices);
  if (!priced.ok) return priced;
  const tolerances = toleranceAmounts(input.tolerances, nav);
  const positions = pairs.value.map((pair) => considerPosition(pair, input, nav, tolerances));
  return ok({ valuation: valuation.value, tolerances, positions });
}

/** What is held and what shall be held, of one position. */
interface Pair {
  readonly held: ValuedPosition;
  readonly target: TargetAmounts;
}

/** What each position that takes part holds and shall hold, by (assetId, side). */
function pairsOf(
  valuation: Valuation,
  goal: Goal,
  prices: PriceBook,
): Result<readonly Pair[], DomainError> {
  if (goal.kind === 'ACTIONS') {
    const targets = explicitTargets(valuation, goal.actions, prices);
    if (!targets.ok) return targets;
    const wanted = sorted(targets.value, byPosition);
    return ok(
      joinPositions(valuation.positions, wanted, (held, target) =>
        target === undefined ? undefined : { held: held ?? nothingHeld(target), target },
      ),
    );
  }
  const targets = adjustTargets(valuation.nav, goal.targets);
  if (!targets.ok) return targets;
  return ok(
    joinPositions(valuation.positions, targets.value, (held, target) => {
      if (target !== undefined) return { held: held ?? nothingHeld(target), target };
      return held === undefined ? undefined : { held, target: nothingWanted(held) };
    }),
  );
}

function nothingHeld({ assetId, side }: PositionKey): ValuedPosition {
  return { assetId, side, quantity: 0n, collateral: 0n, value: 0n };
}

/** A held position without a target has target 0. */
function nothingWanted({ assetId, side }: PositionKey): TargetAmounts {
  return { assetId, side, exposure: 0n, collateral: 0n };
}

/** A price is needed to buy as well as to value; what is held was valued at one. */
function requirePrices(pairs: readonly Pair[], prices: PriceBook): Result<undefined, DomainError> {
  for (const { held, target } of pairs) {
    if (target.exposure === 0n || held.quantity > 0n) continue;
    const entry = priceOf(prices, target.assetId);
    if (!entry.ok) return entry;
  }
  return ok(undefined);
}

function considerPosition(
  { held, target }: Pair,
  input: GenerateInput,
  nav: bigint,
  tolerances: ToleranceAmounts,
): ConsideredPosition {
  const { assetId, side } = held;
  const goal =
    input.band === undefined ? target : bandedTarget(input.band, nav, heldAmounts(held), target);
  if (goal === undefined) {
    const consideration = isOnTarget(held, target) ? 'ON_TARGET' : 'INSIDE_BAND';
    return { assetId, side, held, target, consideration };
  }
  const draft = side === 'LONG' ? draftOfLong(held, goal) : draftOfShort(held, goal, input.netMode);
  if (isKept(draft, tolerances)) {
    return { assetId, side, held, target, consideration: 'TRADE', draft };
  }
  const consideration = isOnTarget(held, target) ? 'ON_TARGET' : 'BELOW_TOLERANCE';
  return { assetId, side, held, target, consideration, draft };
}

function heldAmounts({ side, value, collateral }: ValuedPosition): HeldAmounts {
  return { exposure: value, collateral: side === 'LONG' ? value : collateral };
}

function isOnTarget(held: ValuedPosition, target: TargetAmounts): boolean {
  const now = heldAmounts(held);
  return now.exposure === target.exposure && now.collateral === target.collateral;
}

/** Of a long, exposure, collateral and cash are the same. */
function draftOfLong({ assetId, side, value }: ValuedPosition, target: TargetAmounts): DraftAction {
  const delta = target.exposure - value;
  return {
    assetId,
    side,
    group: delta >= 0n ? 3 : target.exposure === 0n ? 1 : 2,
    deltaExposure: delta,
    deltaCollateral: delta,
    deltaNet: delta,
    cap: delta >= 0n ? undefined : value,
  };
}

function draftOfShort(
  { assetId, side, value, collateral }: ValuedPosition,
  target: TargetAmounts,
  netMode: NetMode,
): DraftAction {
  const deltaExposure = target.exposure - value;
  const deltaCollateral = target.collateral - collateral;
  const deltaNet =
    deltaCollateral - (netMode === 'STANDARD' ? deltaExposure : min(deltaExposure, 0n));
  return {
    assetId,
    side,
    group: deltaNet >= 0n ? 3 : 2,
    deltaExposure,
    deltaCollateral,
    deltaNet,
    cap: deltaNet >= 0n ? undefined : -deltaNet,
  };
}

function isKept(draft: DraftAction, tolerances: ToleranceAmounts): boolean {
  return (
    abs(draft.deltaExposure) > tolerances.exposure ||
    abs(draft.deltaCollateral) > tolerances.collateral ||
    abs(draft.deltaNet) > tolerances.net
  );
}
