import { decimalOf } from '@trimtab/decimal';
import type { Order } from './order.js';

/** A sell of 2 of an asset with 8 decimals at 100, worth 200 of the underlying (6 decimals). */
export function sellOrder(changes: Partial<Order> = {}): Order {
  return {
    orderId: 'a'.repeat(64),
    rebalanceId: 'rebalance-1',
    vaultId: 'vault-1',
    h0: 'h0',
    index: 0,
    planHash: 'plan',
    txBundleHash: 'bundle',
    snapshotHash: 'snapshot',
    assetId: 'WBTC',
    side: 'LONG',
    direction: 'DECREASE',
    releasesCash: true,
    amount: 200_000_000n,
    exactIn: { kind: 'QUANTITY', quantity: 200_000_000n },
    minimumOut: 199_000_000n,
    collateralDelta: 0n,
    referencePrice: decimalOf(100n, 0),
    slippageLimitBps: 50,
    expireTime: undefined,
    ...changes,
  };
}

/** A buy that spends 200 of the underlying on the same asset. */
export function buyOrder(changes: Partial<Order> = {}): Order {
  return sellOrder({
    direction: 'INCREASE',
    releasesCash: false,
    exactIn: { kind: 'UNDERLYING', underlying: 200_000_000n },
    minimumOut: 199_000_000n,
    ...changes,
  });
}
