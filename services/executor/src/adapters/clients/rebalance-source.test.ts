import { Rebalance, type OrderGenServiceService } from '@trimtab/contracts/ordergen';
import type { VaultServiceService } from '@trimtab/contracts/vault';
import type { ServiceClient } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { sellOrder } from '../../domain/order.fixture.js';
import { createRebalanceSource } from './rebalance-source.js';

/** An OrderGen whose rebalances all have the h0 "h0"; counts what it is asked. */
function orderGen(asked: string[]): ServiceClient<typeof OrderGenServiceService> {
  const getRebalance = async ({ rebalanceId }: { rebalanceId: string }) => {
    asked.push(rebalanceId);
    return { rebalance: Rebalance.fromPartial({ rebalanceId, h0: 'h0' }) };
  };
  return { getRebalance } as unknown as ServiceClient<typeof OrderGenServiceService>;
}

describe('the view of a rebalance', () => {
  const noVaults = {} as ServiceClient<typeof VaultServiceService>;
  const signal = new AbortController().signal;

  it('is fetched once for all orders of a rebalance', async () => {
    const asked: string[] = [];
    const source = createRebalanceSource({ orderGen: orderGen(asked), vaults: noVaults });
    await source.rebalance(sellOrder(), signal);
    await source.rebalance(sellOrder({ index: 1 }), signal);
    expect(asked).toEqual(['rebalance-1']);
  });

  it('is never that of another rebalance with the same h0', async () => {
    const asked: string[] = [];
    const source = createRebalanceSource({ orderGen: orderGen(asked), vaults: noVaults });
    await source.rebalance(sellOrder(), signal);
    const view = await source.rebalance(sellOrder({ rebalanceId: 'rebalance-2' }), signal);
    expect(view.rebalanceId).toBe('rebalance-2');
    expect(asked).toEqual(['rebalance-1', 'rebalance-2']);
  });
});
