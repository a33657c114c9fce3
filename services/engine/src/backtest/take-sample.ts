import { present, type Instant } from '@trimtab/core';
import { ratioDecimal, valueOf, type Decimal } from '@trimtab/decimal';
import { heldLeg, parseSeriesAssetId, seriesId } from '@trimtab/option-index';
import { resolveAsset, UNDERLYING_DECIMALS } from '@trimtab/strategy';
import { halfPrice, type HalfMarket } from '../domain/half-price.js';
import type { AgentSettings } from '../application/ports.js';
import type { World } from './world.js';

/** How an intent stood at a time, after everything that was due had been done. */
export interface Sample {
  readonly time: Instant;
  readonly spot: Decimal;
  /** In base units of the underlying: cash, and halves at their model values. */
  readonly nav: bigint;
  readonly unitCount: bigint;
  /** NAV per unit, floored to 9 digits; absent without units, and while a flow is not accounted for. */
  readonly valuePerUnit: Decimal | undefined;
  /** The index as a part of the first, floored to 9 digits; absent while nothing is held. */
  readonly index: Decimal | undefined;
  /** As the engine reported it last. */
  readonly driftBps: number;
  readonly heldSeries: string | undefined;
}

const PLACES = 9;

/** Looks at the world. */
export function takeSample(world: World, time: Instant, settings: AgentSettings): Sample {
  const { intent, vault } = world;
  const { runtime, spec } = intent.current();
  const base = resolveAsset(present(spec.ticker.split('/')[0], 'a ticker has a base'));
  const spot = present(world.oracle.standing(base), 'the base is played from the start').price;
  const market = { spot, time, volatilities: settings.volatilities };
  const { cash, positions } = vault.view();
  const nav = positions.reduce((sum, { assetId, quantity }) => {
    const half = parseSeriesAssetId(assetId);
    const price = half.ok ? halfPrice(half.value.leg, half.value.series, market) : spot;
    const { decimals } = present(world.oracle.terms(assetId), 'what is held is registered');
    const scale = { assetDecimals: decimals, underlyingDecimals: UNDERLYING_DECIMALS };
    return sum + valueOf(quantity, { price, ...scale });
  }, cash);
  const unitCount = runtime.index?.unitCount ?? 0n;
  const isAccounted = unitCount > 0n && !hasOpenFlows(world);
  return {
    time,
    spot,
    nav,
    unitCount,
    valuePerUnit: isAccounted ? ratioDecimal(nav, unitCount, PLACES) : undefined,
    index: indexOf(world, market),
    driftBps: runtime.currentDriftBps,
    heldSeries: runtime.index?.held && seriesId(runtime.index.held.series),
  };
}

/** Whether the owner moved money that the units do not know of yet. */
function hasOpenFlows({ intent, books }: World): boolean {
  const known = intent.current().runtime.index?.ledgerSequence ?? 0;
  return books
    .lines()
    .slice(known)
    .some(({ account }) => account === 'OWNER');
}

/** Constant for P; for N the model value since the purchase, linked to what it was before. */
function indexOf({ intent }: World, market: HalfMarket): Decimal | undefined {
  const { spec, runtime } = intent.current();
  const held = runtime.index?.held;
  if (held === undefined) return undefined;
  if (heldLeg(spec.type) === 'P' || held.linkValue === undefined) return held.index;
  const n = halfPrice('N', held.series, market);
  const { linkValue, index } = held;
  const numerator = index.digits * n.digits * 10n ** BigInt(linkValue.scale);
  const denominator = linkValue.digits * 10n ** BigInt(index.scale + n.scale);
  return ratioDecimal(numerator, denominator, PLACES);
}
