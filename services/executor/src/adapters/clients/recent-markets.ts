import type { Market, MarketSource } from '../../application/ports.js';

/** One reader of markets for the checks, and one for a venue that trades on what was just checked. */
export interface RecentMarkets {
  /** Asks at every call. */
  readonly asked: MarketSource;
  /** Answers with what was asked for at most `maxAgeMillis` ago, else asks. */
  readonly recent: MarketSource;
}

/** Keeps the last healthy answer of each asset for a moment. `now` is any clock in milliseconds. */
export function createRecentMarkets(
  source: MarketSource,
  options: { readonly maxAgeMillis: number; readonly now: () => number },
): RecentMarkets {
  const kept = new Map<string, { readonly market: Market; readonly time: number }>();
  const asked: MarketSource = {
    market: async (assetId, signal) => {
      const time = options.now();
      const market = await source.market(assetId, signal);
      if (market === undefined) kept.delete(assetId);
      else kept.set(assetId, { market, time });
      return market;
    },
  };
  const recent: MarketSource = {
    market: async (assetId, signal) => {
      const found = kept.get(assetId);
      const isRecent = found !== undefined && options.now() - found.time <= options.maxAgeMillis;
      return isRecent ? found.market : asked.market(assetId, signal);
    },
  };
  return { asked, recent };
}
