import { present, type Instant } from '@trimtab/core';
import { ratioDecimal, type Decimal } from '@trimtab/decimal';
import { parseSeriesAssetId, seriesId } from '@trimtab/option-index';
import type { AgentSettings } from '../application/ports.js';
import { halfPrice, type HalfMarket } from '../domain/half-price.js';
import { indexAt } from '../domain/index-value.js';
import { navOf, type PriceBook } from '../domain/valuation.js';
import { spotOf } from './played-runs.js';
import type { World } from './world.js';

/** How an intent stood at a time, after everything that was due had been done. */
export interface Sample {
  readonly time: Instant;
  readonly spot: Decimal;
  /** In base units of the underlying: cash, and halves at their model values. */
  readonly nav: bigint;
  readonly issuedUnits: bigint;
  /** NAV per unit, floored to 9 digits; absent without units, and while a flow is not accounted for. */
  readonly valuePerUnit: Decimal | undefined;
  /** The index as a part of the first; absent while nothing was bought. */
  readonly index: Decimal | undefined;
  /** As the engine reported it last. */
  readonly driftBps: number;
  readonly heldSeries: string | undefined;
}

const PLACES = 9;

/** Looks at the world, by the engine's own rules of value and index. */
export function takeSample(world: World, time: Instant, settings: AgentSettings): Sample {
  const { index, currentDriftBps: driftBps } = world.intent.current().runtime;
  const spot = spotOf(world);
  const market = { spot, time, volatilities: settings.volatilities };
  const nav = navOf(world.vault.view(), pricesOf(world, market));
  const issuedUnits = index?.issuedUnits ?? 0n;
  const isAccounted = issuedUnits > 0n && !hasOpenFlows(world);
  const held = index?.held;
  return {
    time,
    spot,
    nav,
    issuedUnits,
    valuePerUnit: isAccounted ? ratioDecimal(nav, issuedUnits, PLACES) : undefined,
    index: held && indexAt(held, market, undefined),
    driftBps,
    heldSeries: held && seriesId(held.series),
  };
}

/** Halves at their model values, anything else at the price of the base. */
function pricesOf({ vault, oracle }: World, market: HalfMarket): PriceBook {
  return new Map(
    vault.view().positions.map(({ assetId }) => {
      const half = parseSeriesAssetId(assetId);
      const price = half.ok ? halfPrice(half.value.leg, half.value.series, market) : market.spot;
      const { decimals } = present(oracle.terms(assetId), 'what is held is registered');
      return [assetId, { price, decimals }];
    }),
  );
}

/** Whether the owner moved money that the units do not know of yet. */
function hasOpenFlows({ intent, books }: World): boolean {
  const known = intent.current().runtime.index?.ledgerSequence ?? 0;
  return books
    .lines()
    .slice(known)
    .some(({ account }) => account === 'OWNER');
}
