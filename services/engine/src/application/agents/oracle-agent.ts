import { addMillis, compare, present, sorted, type Instant } from '@trimtab/core';
import { decimalOf, type Decimal } from '@trimtab/decimal';
import { LEGS, seriesAssetId, seriesId, type Series } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import { halfPrice } from '../../domain/half-price.js';
import type { TickResult } from '../../domain/work.js';
import type {
  Agent,
  AgentSettings,
  AssetView,
  IntentPort,
  Observation,
  OraclePort,
} from '../ports.js';

/** What the oracle agent works with. */
export interface OracleAgentPorts {
  readonly intents: Pick<IntentPort, 'listSeries'>;
  readonly oracle: Pick<OraclePort, 'asset' | 'price' | 'registerSeries' | 'publish'>;
}

/** What it goes by. */
export type OracleAgentSettings = Pick<AgentSettings, 'volatilities' | 'oracleIntervalMillis'>;

/** A price is above 0: a half that is worth less than the last digit is published as that digit. */
const LEAST_PRICE = decimalOf(1n, 6);

/**
 * The agent of a ticker that keeps its option series priced: it asks for the price of the base, which
 * publishes it, registers what intents hold or shall hold and nobody registered yet, and publishes the
 * model values of both halves of every series that is not mature. What the price is now wakes the
 * intents whose band it left. Without a healthy price of the base nothing is published.
 */
export function createOracleAgent(
  ticker: string,
  { intents, oracle }: OracleAgentPorts,
  settings: OracleAgentSettings,
): Agent {
  const base = present(ticker.split('/')[0], 'a ticker has a base');
  return {
    tick: async (now) => {
      const nextDueTime = addMillis(now, settings.oracleIntervalMillis);
      const assetId = resolveAsset(base);
      const spot = await oracle.price(assetId);
      if (spot?.state !== 'HEALTHY' || spot.price === undefined) return { nextDueTime };
      const series = unmatured(await intents.listSeries(ticker), now);
      if (series.length > 0) {
        await registerNew(series, present(await oracle.asset(assetId), `${assetId} has a price`));
        await oracle.publish(valuesOf(series, spot.price, now), now);
      }
      return { nextDueTime, spotPrice: spot.price } satisfies TickResult;
    },
  };

  async function registerNew(series: readonly Series[], terms: AssetView): Promise<void> {
    for (const one of series) {
      const halves = LEGS.map((leg) => seriesAssetId(leg, one));
      const known = await Promise.all(halves.map((half) => oracle.asset(half)));
      if (known.includes(undefined)) await oracle.registerSeries(one, terms);
    }
  }

  function valuesOf(series: readonly Series[], spot: Decimal, time: Instant): Observation[] {
    const { volatilities } = settings;
    return series.flatMap((one) =>
      LEGS.map((leg): Observation => {
        const value = halfPrice(leg, one, { spot, time, volatilities });
        return { kind: 'PRICE', assetId: seriesAssetId(leg, one), price: orLeast(value) };
      }),
    );
  }
}

/** By id, so that every engine publishes in the same order. */
function unmatured(series: readonly Series[], now: Instant): readonly Series[] {
  const live = series.filter(({ maturity }) => maturity > now);
  return sorted(live, (left, right) => compare(seriesId(left), seriesId(right)));
}

function orLeast(value: Decimal): Decimal {
  return value.digits > 0n ? value : LEAST_PRICE;
}
