import { ok, sorted, type DomainError, type Result } from '@trimtab/core';
import { abs, min } from '@trimtab/decimal';
import { legAmounts, type Action, type ActionGroup, type DraftAction } from './action.js';
import { bandedTarget, type DriftBand } from './drift-band.js';
import { explicitTargets, type ExplicitAction } from './explicit-action.js';
import { byPosition, positionText, type Position } from './position.js';
import { priceOf, type PriceBook } from './price-book.js';
import { createProgram, type RebalanceProgram } from './program.js';
import { sequence, type Sequencing } from './sequence.js';
import { adjustTargets, type Target, type TargetAmounts } from './targets.js';
import { toleranceAmounts, type ToleranceAmounts, type Tolerances } from './tolerances.js';
import {
  requirePositiveNav,
  valueVault,
  type ValuedPosition,
  type Valuation,
} from './valuation.js';

/** From a vault and its targets to ordered trades (order generation rules, sections 1 and 2). */

/** How the cash of a short is counted: CONSERVATIVE does not spend what new shorts bring in. */
export type NetMode = 'STANDARD' | 'CONSERVATIVE';

/** What a vault is brought to: weights over the whole of it, or single moves of some positions. */
export type Goal =
  | { readonly kind: 'WEIGHTS'; readonly targets: readonly Target[] }
  | { readonly kind: 'ACTIONS'; readonly actions: readonly ExplicitAction[] };

/** Everything that trades follow from. */
export interface GenerateInput {
  /** Base units of the underlying. */
  readonly cash: bigint;
  readonly positions: readonly Position[];
  readonly prices: PriceBook;
  readonly goal: Goal;
  readonly tolerances: Tolerances;
  readonly band?: DriftBand;
  readonly netMode: NetMode;
  readonly sequencing: Sequencing;
  /** The underlying that price slippage must not touch, at least 0. */
  readonly underlyingFloor: bigint;
}

/** The trades of a rebalance, in their order, ready to execute. */
export interface Generation {
  readonly valuation: Valuation;
  /** The ε that were applied, in base units of the underlying. */
  readonly tolerances: ToleranceAmounts;
  readonly actions: readonly Action[];
  readonly program: RebalanceProgram;
}

/**
 * Generates and orders the trades. Refuses a NAV that is not positive (NAV_NOT_POSITIVE), prices
 * that are missing or outside their limits (PRICE_MISSING, PRICE_STALE), goals out of range (see
 * {@link adjustTargets} and {@link explicitTargets}) and an explicit order that is none (ACTION_ORDER_INVALID).
 */
export function generate(input: GenerateInput): Result<Generation, DomainError> {
  const valued = valueVault(input.cash, input.positions, input.prices);
  if (!valued.ok) return valued;
  const valuation = requirePositiveNav(valued.value);
  if (!valuation.ok) return valuation;
  const wanted = pairs(valuation.value, input.goal, input.prices);
  if (!wanted.ok) return wanted;
  const tolerances = toleranceAmounts(input.tolerances, valuation.value.nav);
  const drafts = wanted.value
    .flatMap((pair) => draftOf(pair, input, valuation.value.nav))
    .filter((draft) => isKept(draft, tolerances));
  const actions = sequence(drafts, input.sequencing);
  if (!actions.ok) return actions;
  const { cash, underlyingFloor } = input;
  const program = createProgram({ cash, underlyingFloor, ...legAmounts(actions.value) });
  if (!program.ok) return program;
  return ok({
    valuation: valuation.value,
    tolerances,
    actions: actions.value,
    program: program.value,
  });
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
  const nothing = { quantity: 0n, collateral: 0n, value: 0n, liveWeightBps: 0 };
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

function draftOf(pair: Pair, input: GenerateInput, nav: bigint): readonly DraftAction[] {
  const { held } = pair;
  const isLong = held.side === 'LONG';
  const now = { exposure: held.value, collateral: isLong ? held.value : held.collateral };
  const target =
    input.band === undefined ? pair.target : bandedTarget(input.band, nav, now, pair.target);
  if (target === undefined) return [];
  const deltaExposure = target.exposure - now.exposure;
  const deltaCollateral = isLong ? deltaExposure : target.collateral - now.collateral;
  const deltaNet = isLong
    ? deltaExposure
    : netOfShort(deltaExposure, deltaCollateral, input.netMode);
  const exits = isLong && target.exposure === 0n && held.value > 0n;
  const group: ActionGroup = exits ? 1 : deltaNet < 0n ? 2 : 3;
  return [
    {
      assetId: held.assetId,
      side: held.side,
      group,
      deltaExposure,
      deltaCollateral,
      deltaNet,
      ...(group !== 3 && { cap: isLong ? held.value : -deltaNet }),
    },
  ];
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
