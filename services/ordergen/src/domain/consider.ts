import { ok, sorted, type DomainError, type Result } from '@trimtab/core';
import { abs, min } from '@trimtab/decimal';
import type { ActionGroup, DraftAction } from './action.js';
import { bandedTarget, type HeldAmounts } from './drift-band.js';
import { explicitTargets } from './explicit-action.js';
import type { GenerateInput, Goal, NetMode } from './generate-input.js';
import { byPosition, positionText, type PositionKey } from './position.js';
import { priceOf, type PriceBook } from './price-book.js';
import { adjustTargets, type Target, type TargetAmounts } from './targets.js';
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
  const wanted = pairs(valuation.value, input.goal, input.prices);
  if (!wanted.ok) return wanted;
  const tolerances = toleranceAmounts(input.tolerances, valuation.value.nav);
  const positions = wanted.value.map((pair) =>
    considerPosition(pair, input, valuation.value.nav, tolerances),
  );
  return ok({ valuation: valuation.value, tolerances, positions });
}

/** What is held and what shall be held, of one position. */
interface Pair {
  readonly held: ValuedPosition;
  readonly target: TargetAmounts;
}

/** What each position that takes part holds and shall hold, by (assetId, side). */
function pairs(
  valuation: Valuation,
  goal: Goal,
  prices: PriceBook,
): Result<readonly Pair[], DomainError> {
  const targets =
    goal.kind === 'WEIGHTS'
      ? weightedTargets(valuation, goal.targets, prices)
      : explicitTargets(valuation, goal.actions, prices);
  if (!targets.ok) return targets;
  const held = new Map(valuation.positions.map((entry) => [positionText(entry), entry]));
  const nothing = { quantity: 0n, collateral: 0n, value: 0n };
  return ok(
    sorted(targets.value, byPosition).map((target) => {
      const { assetId, side } = target;
      return { held: held.get(positionText(target)) ?? { assetId, side, ...nothing }, target };
    }),
  );
}

/** A held position without a target has target 0. */
function weightedTargets(
  valuation: Valuation,
  stated: readonly Target[],
  prices: PriceBook,
): Result<readonly TargetAmounts[], DomainError> {
  const targets = adjustTargets(valuation.nav, stated);
  if (!targets.ok) return targets;
  const priced = requirePrices(targets.value, prices);
  if (!priced.ok) return priced;
  const named = new Set(targets.value.map(positionText));
  const exits = valuation.positions
    .filter((entry) => !named.has(positionText(entry)))
    .map(({ assetId, side }) => ({ assetId, side, exposure: 0n, collateral: 0n }));
  return ok([...targets.value, ...exits]);
}

/** A price is needed to buy as well as to value. */
function requirePrices(
  targets: readonly TargetAmounts[],
  prices: PriceBook,
): Result<undefined, DomainError> {
  for (const { assetId, exposure } of targets) {
    if (exposure === 0n) continue;
    const entry = priceOf(prices, assetId);
    if (!entry.ok) return entry;
  }
  return ok(undefined);
}

function considerPosition(
  pair: Pair,
  input: GenerateInput,
  nav: bigint,
  tolerances: ToleranceAmounts,
): ConsideredPosition {
  const { held } = pair;
  const { assetId, side } = held;
  const now = heldAmounts(held);
  const isOnTarget =
    now.exposure === pair.target.exposure && now.collateral === pair.target.collateral;
  const target =
    input.band === undefined ? pair.target : bandedTarget(input.band, nav, now, pair.target);
  if (target === undefined) {
    const consideration = isOnTarget ? 'ON_TARGET' : 'INSIDE_BAND';
    return { assetId, side, ...pair, consideration };
  }
  const draft = draftOf(held, target, input.netMode);
  const tooSmall = isOnTarget ? 'ON_TARGET' : 'BELOW_TOLERANCE';
  const consideration = isKept(draft, tolerances) ? 'TRADE' : tooSmall;
  return { assetId, side, ...pair, consideration, draft };
}

function draftOf(held: ValuedPosition, target: TargetAmounts, netMode: NetMode): DraftAction {
  const isLong = held.side === 'LONG';
  const now = heldAmounts(held);
  const deltaExposure = target.exposure - now.exposure;
  const deltaCollateral = isLong ? deltaExposure : target.collateral - now.collateral;
  const deltaNet = isLong ? deltaExposure : netOfShort(deltaExposure, deltaCollateral, netMode);
  const exits = isLong && target.exposure === 0n && held.value > 0n;
  const group: ActionGroup = exits ? 1 : deltaNet < 0n ? 2 : 3;
  return {
    assetId: held.assetId,
    side: held.side,
    group,
    deltaExposure,
    deltaCollateral,
    deltaNet,
    ...(group !== 3 && { cap: isLong ? held.value : -deltaNet }),
  };
}

function heldAmounts({ side, value, collateral }: ValuedPosition): HeldAmounts {
  return { exposure: value, collateral: side === 'LONG' ? value : collateral };
}

function netOfShort(deltaExposure: bigint, deltaCollateral: bigint, mode: NetMode): bigint {
  return deltaCollateral - (mode === 'STANDARD' ? deltaExposure : min(deltaExposure, 0n));
}

function isKept(draft: DraftAction, tolerances: ToleranceAmounts): boolean {
  return (
    abs(draft.deltaExposure) > tolerances.exposure ||
    abs(draft.deltaCollateral) > tolerances.collateral ||
    abs(draft.deltaNet) > tolerances.net
  );
}
