import { type OrderGenServiceService, type Action } from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import type { VaultServiceService } from '@trimtab/contracts/vault';
import { instant, present } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import type { RebalanceSource } from '../../application/ports.js';
import type { Order } from '../../domain/order.js';
import type { ActionView, RebalanceView } from '../../domain/revalidate.js';

/** The services behind the source. */
export interface RebalanceSourceOptions {
  readonly orderGen: ServiceClient<typeof OrderGenServiceService>;
  readonly vaults: ServiceClient<typeof VaultServiceService>;
}

const MAX_CACHED = 256;

/**
 * OrderGen's view of a rebalance, fetched once and kept by id and h0: what an order is checked against
 * never changes after generation.
 */
export function createRebalanceSource(options: RebalanceSourceOptions): RebalanceSource {
  const views = new Map<string, RebalanceView>();
  return {
    rebalance: async (order, signal) => {
      const cached = views.get(keyOf(order));
      if (cached !== undefined) return cached;
      const view = await fetchView(options, order, signal);
      views.set(keyOf(view), view);
      const oldest = views.keys().next();
      if (views.size > MAX_CACHED && oldest.done !== true) views.delete(oldest.value);
      return view;
    },
    balance: async (order, signal) => {
      // Of all positions one is looked at, however many there are.
      const { vault } = await options.vaults.getVault(
        { vaultId: order.vaultId, positionAssetId: order.assetId },
        { signal },
      );
      const found = present(vault, 'GetVault answers with a vault');
      const side = order.side === 'LONG' ? Side.SIDE_LONG : Side.SIDE_SHORT;
      const position = found.positions.find(
        (held) => held.assetId === order.assetId && held.side === side,
      );
      return {
        cash: BigInt(found.cash),
        quantity: BigInt(position?.quantity ?? '0'),
        collateral: BigInt(position?.collateral ?? '0'),
      };
    },
  };
}

/** Two rebalances can have one h0: a run that was cancelled before it moved anything, and its repeat. */
function keyOf({ rebalanceId, h0 }: { readonly rebalanceId: string; readonly h0: string }): string {
  return `${rebalanceId}/${h0}`;
}

async function fetchView(
  options: RebalanceSourceOptions,
  order: Order,
  signal: AbortSignal,
): Promise<RebalanceView> {
  const { rebalance } = await options.orderGen.getRebalance(
    { rebalanceId: order.rebalanceId },
    { signal },
  );
  const found = present(rebalance, 'GetRebalance answers with a rebalance');
  const source = found.terms?.source;
  const expireTime = found.terms?.expireTime;
  return {
    rebalanceId: found.rebalanceId,
    vaultId: found.terms?.vaultId ?? '',
    h0: found.h0,
    snapshotHash: found.terms?.snapshotHash ?? '',
    planHash: source?.$case === 'planHash' ? source.value : '',
    txBundleHash: found.txBundleHash,
    slippageLimitBps: found.terms?.slippageLimitBps ?? 0,
    expireTime: expireTime === undefined ? undefined : instant(expireTime.getTime()),
    actions: found.actions.map(toActionView),
  };
}

function toActionView(action: Action): ActionView {
  const price = parseDecimal(action.referencePriceDecimal);
  return {
    assetId: action.assetId,
    side: action.side === Side.SIDE_SHORT ? 'SHORT' : 'LONG',
    releasesCash: action.group < 3,
    cap: BigInt(action.cap === '' ? action.deltaNet : action.cap),
    deltaExposure: BigInt(action.deltaExposure === '' ? '0' : action.deltaExposure),
    deltaCollateral: BigInt(action.deltaCollateral === '' ? '0' : action.deltaCollateral),
    referencePrice: price.ok ? price.value : undefined,
  };
}
