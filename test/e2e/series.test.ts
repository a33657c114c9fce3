import { randomUUID } from 'node:crypto';
import { connectClients, DECIMALS, registerAsset } from '@trimtab/cli';
import { addMillis, formatInstant, present } from '@trimtab/core';
import { parseDecimal, valueOf } from '@trimtab/decimal';
import { maturityAfter, seriesId } from '@trimtab/option-index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const HOUR = 3_600_000;

describe('an option series on recorded prices', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 2 });
  });
  afterAll(() => world.end());

  it('is split, merged in part, and paid by the last price that the oracle published before it', async () => {
    const { clock, operator, owner, suite } = world;
    const maturity = maturityAfter(clock.now(), 1);
    const id = seriesId({ base: 'BTC', strike: 5_000n, maturity });
    const decimals = present(DECIMALS.get('WBTC'), 'the recording has WBTC');
    const engine = connectClients(suite, 'engine', ['engine']);
    const created = await owner.vaults.createVault({ requestId: randomUUID(), vault: undefined });
    const vaultId = present(created.vault, 'CreateVault answers with a vault').vaultId;
    const amount = String(10n ** BigInt(decimals));
    const request = () => ({ requestId: randomUUID(), vaultId });
    await owner.vaults.deposit({ ...request(), assetId: 'WBTC', amount });
    const early = engine.vaults.splitSeries({ ...request(), seriesId: id, amount });
    await expect(early).rejects.toThrow(`asset P-${id} is not registered`);
    for (const leg of ['P', 'N']) await registerAsset(operator, `${leg}-${id}`, decimals, []);

    await engine.vaults.splitSeries({ ...request(), seriesId: id, amount });
    const half = String(10n ** BigInt(decimals) / 2n);
    await engine.vaults.mergeSeries({ ...request(), seriesId: id, amount: half });
    clock.set(addMillis(maturity, HOUR - 1));
    const waiting = engine.vaults.settleSeries({ ...request(), seriesId: id });
    await expect(waiting).rejects.toThrow(formatInstant(addMillis(maturity, HOUR)));
    clock.set(addMillis(maturity, HOUR));
    const paid = await engine.vaults.settleSeries({ ...request(), seriesId: id });

    const readTime = new Date(maturity - 1);
    const { price } = await owner.oracle.getPrice({ assetId: 'WBTC', readTime });
    expect(paid.settlementPriceDecimal).toBe(price?.priceDecimal);
    expect(paid.settlementPriceTime).toEqual(price?.publishTime);
    const parsed = parseDecimal(paid.settlementPriceDecimal);
    if (!parsed.ok) throw new Error(parsed.error);
    // Half a unit of P and of N is half a unit of the base asset, whatever the strike.
    const quote = { price: parsed.value, assetDecimals: decimals, underlyingDecimals: 6 };
    expect(paid.vault?.cash).toBe(String(valueOf(BigInt(half), quote)));
    expect(paid.vault?.positions.map(({ assetId, quantity }) => [assetId, quantity])).toEqual([
      ['WBTC', half],
    ]);
    engine.close();
  });
});
