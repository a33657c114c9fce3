import { addMillis, compare, sorted, type Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { heldAssetId, heldLeg, seriesId, type Series } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import { halfPrice } from '../../domain/half-price.js';
import type { IntentView } from '../../domain/intent-view.js';
import { quoteAround } from '../../domain/quote.js';
import type { TickResult } from '../../domain/work.js';
import type {
  Agent,
  AgentSettings,
  IntentPort,
  Observation,
  OraclePort,
  VaultPort,
} from '../ports.js';

/** What the market maker works with. */
export interface MarketMakerPorts {
  readonly intents: Pick<IntentPort, 'get' | 'lastRuns'>;
  readonly oracle: Pick<OraclePort, 'asset' | 'price'>;
  readonly marketMaker: Pick<OraclePort, 'publish'>;
  readonly vaults: Pick<VaultPort, 'get'>;
}

/** What it goes by. */
export type MarketMakerSettings = Pick<
  AgentSettings,
  'volatilities' | 'spreadBps' | 'quoteIntervalMillis' | 'pollMillis'
>;

/**
 * The agent of an intent that quotes bid and ask around the model for the half that is held and the one
 * that shall be bought next. It quotes only while somebody may trade on it: a next series is chosen, a
 * run is under way, or the vault is being emptied. Otherwise it sleeps until it is woken.
 */
export function createMarketMakerAgent(
  intentId: string,
  { intents, oracle, marketMaker, vaults }: MarketMakerPorts,
  settings: MarketMakerSettings,
): Agent {
  const { volatilities, spreadBps } = settings;
  return {
    tick: async (now) => {
      const intent = await intents.get(intentId);
      if (!(await isTrading(intent))) return ASLEEP;
      const series = quotedSeries(intent, now);
      const known = await knownOf(intent, series);
      const spot = await spotOf(intent);
      const quotes = spot === undefined ? [] : quotesOf(intent, known, { spot, time: now });
      if (quotes.length > 0) await marketMaker.publish(quotes, now);
      const isComplete = spot !== undefined && known.length === series.length;
      const pause = isComplete ? settings.quoteIntervalMillis : settings.pollMillis;
      return { nextDueTime: addMillis(now, pause) };
    },
  };

  async function isTrading({ runtime, vaultId }: IntentView): Promise<boolean> {
    if (runtime.index?.next !== undefined) return true;
    if (vaultId === undefined) return false;
    const { mode, openRebalanceId } = await vaults.get(vaultId);
    if (mode === 'CLOSING' || openRebalanceId !== undefined) return true;
    const [run] = await intents.lastRuns(intentId, 1);
    return run?.outcome === 'RUNNING';
  }

  async function spotOf({ spec }: IntentView): Promise<Decimal | undefined> {
    const [base = ''] = spec.ticker.split('/');
    const spot = await oracle.price(resolveAsset(base));
    return spot?.state === 'HEALTHY' ? spot.price : undefined;
  }

  /** What the oracle agent has registered by now. */
  async function knownOf(
    { spec }: IntentView,
    series: readonly Series[],
  ): Promise<readonly Series[]> {
    const assets = await Promise.all(
      series.map((one) => oracle.asset(heldAssetId(spec.type, one))),
    );
    return series.filter((_one, index) => assets[index] !== undefined);
  }

  function quotesOf(
    { spec }: IntentView,
    series: readonly Series[],
    { spot, time }: { readonly spot: Decimal; readonly time: Instant },
  ): readonly Observation[] {
    return series.flatMap((one): Observation[] => {
      const value = halfPrice(heldLeg(spec.type), one, { spot, time, volatilities });
      const quote = quoteAround(value, spreadBps);
      if (quote === undefined) return [];
      return [{ kind: 'QUOTE', assetId: heldAssetId(spec.type, one), ...quote }];
    });
  }
}

const ASLEEP: TickResult = { nextDueTime: undefined };

/** What is held and what shall be bought, each once, by id; what is mature is paid and no more traded. */
function quotedSeries({ runtime }: IntentView, now: Instant): readonly Series[] {
  const { held, next } = runtime.index ?? {};
  const series = [held?.series, next?.series].filter((one) => one !== undefined);
  const live = new Map(
    series.filter(({ maturity }) => maturity > now).map((one) => [seriesId(one), one]),
  );
  return sorted(live.values(), (left, right) => compare(seriesId(left), seriesId(right)));
}
