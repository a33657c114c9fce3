import { Observation_Kind as ObservationKind } from '@trimtab/contracts/oracle';
import { PUBLISHERS, type SuiteClients } from '@trimtab/cli';

/** An asset and its price, in canonical form. */
export type Price = readonly [assetId: string, price: string];

/** Prices of the first minute of the recorded day, by publisher; all three agree. */
export const RECORDED_PRICES: ReadonlyMap<string, readonly Price[]> = new Map(
  Object.values(PUBLISHERS).map((publisher) => [
    publisher,
    [
      ['WBTC', '7424.9'],
      ['WETH', '415.5'],
      ['LTC', '134.5'],
    ],
  ]),
);

/** Publishes prices as of now. */
export async function publishNow(publisher: SuiteClients, prices: readonly Price[]): Promise<void> {
  const observeTime = new Date();
  await publisher.oracle.submitObservations({
    requestId: '',
    observations: prices.map(([assetId, priceDecimal]) => ({
      ...{ publisher: '', kind: ObservationKind.KIND_PRICE, assetId, priceDecimal },
      ...{ bidDecimal: '', askDecimal: '', confidenceDecimal: '' },
      ...{ observeTime, sequence: BigInt(observeTime.getTime()) },
    })),
  });
}
