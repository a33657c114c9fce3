import { Price_State as PriceState, type OracleServiceService } from '@trimtab/contracts/oracle';
import { DomainFailure, instant, type Instant } from '@trimtab/core';
import type { ServiceClient } from '@trimtab/grpc';
import type { ChartStanding, ChartState, PriceChart } from './price-chart.js';

/** What to ask an oracle for. */
export interface ChartQuery {
  readonly assetId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** How many times between the two are asked for, at least 2. */
  readonly pointCount: number;
}

const STATES: ReadonlyMap<PriceState, ChartState> = new Map([
  [PriceState.STATE_HEALTHY, 'HEALTHY'],
  [PriceState.STATE_STALE, 'STALE'],
  [PriceState.STATE_NO_QUORUM, 'NO_QUORUM'],
  [PriceState.STATE_HALTED, 'HALTED'],
]);

/** Calls at a time. */
const CONCURRENCY = 8;

/**
 * The published prices of an oracle, as they stood at times between two. What single venues said is
 * not kept by an oracle for reading, so no venue is shown.
 *
 * @throws DomainFailure but for PRICE_MISSING, which is a time without a price
 */
export async function chartOfOracle(
  client: Pick<ServiceClient<typeof OracleServiceService>, 'getPrice'>,
  { assetId, from, to, pointCount }: ChartQuery,
): Promise<PriceChart> {
  const times = Array.from({ length: pointCount }, (_, index) =>
    instant(from + Math.floor(((to - from) * index) / (pointCount - 1))),
  );
  const standings: ChartStanding[] = [];
  for (let start = 0; start < times.length; start += CONCURRENCY) {
    const asked = times.slice(start, start + CONCURRENCY).map((time) => standingAt(time));
    standings.push(...(await Promise.all(asked)));
  }
  return { assetId, from, to, venues: [], standings };

  async function standingAt(time: Instant): Promise<ChartStanding> {
    try {
      const { price } = await client.getPrice({ assetId, readTime: new Date(time) });
      return {
        time,
        state: STATES.get(price?.state ?? PriceState.STATE_UNSPECIFIED) ?? 'STALE',
        price: price?.priceDecimal,
        confidence: price?.confidenceDecimal,
      };
    } catch (error) {
      if (!(error instanceof DomainFailure) || error.error.reason !== 'PRICE_MISSING') throw error;
      return { time, state: 'NO_QUORUM', price: undefined, confidence: undefined };
    }
  }
}
