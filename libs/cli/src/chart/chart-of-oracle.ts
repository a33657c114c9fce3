import {
  Price_State as PriceState,
  type OracleServiceService,
  type PriceEvidence,
} from '@trimtab/contracts/oracle';
import { compare, DomainFailure, instant, sorted, type Instant } from '@trimtab/core';
import type { ServiceClient } from '@trimtab/grpc';
import type { ChartStanding, ChartState, ChartVenue, PriceChart } from './price-chart.js';

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

/** What stood at a time, and what it was made from. */
interface Answer {
  readonly standing: ChartStanding;
  readonly evidence: readonly PriceEvidence[];
}

/** Calls at a time. */
const CONCURRENCY = 8;

/**
 * The published prices of an oracle, as they stood at times between two, and what each venue had said
 * that they were made from (the evidence of a price, whether it was used or dropped).
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
  const answers: Answer[] = [];
  for (let start = 0; start < times.length; start += CONCURRENCY) {
    const asked = times.slice(start, start + CONCURRENCY).map((time) => answerAt(time));
    answers.push(...(await Promise.all(asked)));
  }
  const standings = answers.map(({ standing }) => standing);
  const evidence = answers.flatMap((answer) => answer.evidence);
  return { assetId, from, to, venues: venuesOf(evidence, from, to), standings };

  async function answerAt(time: Instant): Promise<Answer> {
    try {
      const { price } = await client.getPrice({ assetId, readTime: new Date(time) });
      const standing: ChartStanding = {
        time,
        state: STATES.get(price?.state ?? PriceState.STATE_UNSPECIFIED) ?? 'STALE',
        price: price?.priceDecimal,
        confidence: price?.confidenceDecimal,
      };
      return { standing, evidence: price?.evidence ?? [] };
    } catch (error) {
      if (!(error instanceof DomainFailure) || error.error.reason !== 'PRICE_MISSING') throw error;
      const standing = {
        time,
        state: 'NO_QUORUM',
        price: undefined,
        confidence: undefined,
      } as const;
      return { standing, evidence: [] };
    }
  }
}

/** Each observation once, by venue and time; what was seen before the chart begins is left out. */
function venuesOf(
  evidence: readonly PriceEvidence[],
  from: Instant,
  to: Instant,
): readonly ChartVenue[] {
  const venues = new Map<string, Map<Instant, string>>();
  for (const { publisher, observeTime, priceDecimal } of evidence) {
    const time = instant(observeTime?.getTime() ?? 0);
    if (time < from || time > to) continue;
    const points = venues.get(publisher) ?? new Map<Instant, string>();
    venues.set(publisher, points.set(time, priceDecimal));
  }
  return sorted([...venues], ([left], [right]) => compare(left, right)).map(([name, points]) => ({
    name,
    points: sorted([...points], ([left], [right]) => left - right).map(([time, price]) => ({
      time,
      price,
    })),
  }));
}
