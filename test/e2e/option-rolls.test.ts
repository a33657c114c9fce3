import { randomUUID } from 'node:crypto';
import { connectClients, openVault, type SuiteClients } from '@trimtab/cli';
import { Asset, Observation, Observation_Kind } from '@trimtab/contracts/oracle';
import { Action_State, type Rebalance } from '@trimtab/contracts/ordergen';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { parseDecimal, quantityFor, valueOf, type Quote } from '@trimtab/decimal';
import { maturityAfter, rollCostBps, seriesAssetId } from '@trimtab/option-index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebalanceTo } from './planned-rebalance.js';
import { startWorld, type World } from './world.js';

const MODEL = 'engine-oracle';
const MAKER = 'engine-market-maker';
const DECIMALS = 8;
const ROLL = RebalancePurpose.REBALANCE_PURPOSE_ROLL;

const quoteAt = (price: string): Quote => {
  const parsed = parseDecimal(price);
  if (!parsed.ok) throw new Error(parsed.error);
  return { price: parsed.value, assetDecimals: DECIMALS, underlyingDecimals: 6 };
};

describe('a vault of the option index', () => {
  let world: World;
  let owner: SuiteClients;
  let model: SuiteClients;
  let maker: SuiteClients;
  let halves: { readonly old: string; readonly next: string };
  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 2 });
    owner = connectClients(world.suite, 'treasurer', ['plan:write', 'rebalance:write']);
    model = connectClients(world.suite, MODEL, ['engine', 'price:write']);
    maker = connectClients(world.suite, MAKER, ['engine', 'price:write']);
    const series = (days: number) => ({
      base: 'BTC',
      strike: 3_700n,
      maturity: maturityAfter(world.clock.now(), days),
    });
    halves = { old: seriesAssetId('P', series(3)), next: seriesAssetId('P', series(30)) };
    for (const assetId of Object.values(halves)) await registerHalf(assetId);
  });
  afterAll(async () => {
    for (const clients of [owner, model, maker]) clients.close();
    await world.end();
  });

  /** As the engine does: with the terms of WBTC. */
  async function registerHalf(assetId: string): Promise<void> {
    const publishers = [MAKER, MODEL];
    const terms = { decimals: DECIMALS, lot: '1', minimumOrder: '1', quorumCount: 1, publishers };
    const asset = Asset.fromPartial({ assetId, ...terms });
    await model.oracle.registerAsset({ requestId: randomUUID(), asset });
  }

  async function observe(by: SuiteClients, observed: Partial<Observation>): Promise<void> {
    const observeTime = new Date(world.clock.now());
    const sequence = BigInt(world.clock.now());
    const one = Observation.fromPartial({ ...observed, observeTime, sequence });
    const answer = await by.oracle.submitObservations({ requestId: '', observations: [one] });
    expect(answer).toMatchObject({ acceptedCount: 1 });
  }

  /** Moves the clock on; the model publishes a price of each half, and the maker quotes around it. */
  async function quoteBoth(price: string, bid: string, ask: string): Promise<void> {
    world.clock.advanceMillis(1);
    for (const assetId of Object.values(halves)) {
      const kind = Observation_Kind.KIND_PRICE;
      await observe(model, { kind, assetId, priceDecimal: price });
      const quoted = { bidDecimal: bid, askDecimal: ask };
      await observe(maker, { kind: Observation_Kind.KIND_QUOTE, assetId, ...quoted });
    }
  }

  const held = async (vaultId: string) => {
    const { vault } = await owner.vaults.getVault({ vaultId });
    const { cash, positions } = present(vault, 'GetVault answers a vault');
    return {
      cash: BigInt(cash),
      positions: positions.map(({ assetId, quantity }) => [assetId, BigInt(quantity)] as const),
    };
  };
  const to = (vaultId: string, assetId: string, slippageLimitBps = 10): Promise<Rebalance> =>
    rebalanceTo(world, owner, {
      vaultId,
      assetIds: Object.values(halves),
      weights: [{ assetId, weightBps: 10_000 }],
      purpose: ROLL,
      slippageLimitBps,
    });

  it('rolls by a plan of one target: sells at the bid, buys at the ask, and pays the spread alone', async () => {
    const vaultId = await openVault(owner, [['USDC', 1_000_000_000n]]);
    await quoteBoth('3600', '3597.84', '3602.16');
    await to(vaultId, halves.old);
    const opened = await held(vaultId);
    const quantity = quantityFor(1_000_000_000n, quoteAt('3602.16'));
    expect(opened).toEqual({ cash: 0n, positions: [[halves.old, quantity]] });

    const rolled = await to(vaultId, halves.next);
    const proceeds = valueOf(quantity, quoteAt('3597.84'));
    const bought = quantityFor(proceeds, quoteAt('3602.16'));
    expect(await held(vaultId)).toEqual({ cash: 0n, positions: [[halves.next, bought]] });
    expect(rolled.actions.map(({ assetId, fee, state }) => [assetId, fee, state])).toEqual([
      [halves.old, '0', Action_State.STATE_FILLED],
      [halves.next, '0', Action_State.STATE_FILLED],
    ]);
    expect(rolled.actions.map(({ cashMoved }) => BigInt(cashMoved))).toEqual([proceeds, proceeds]);
    // Half of a spread of 12 bps when it sells, half when it buys.
    const value = (of: bigint): bigint => valueOf(of, quoteAt('3600'));
    expect(rollCostBps(value(quantity), value(bought))).toBe(12);
  });

  it('does not roll at quotes beyond the slippage limit, and holds what it held', async () => {
    const vaultId = await openVault(owner, [['USDC', 1_000_000_000n]]);
    await quoteBoth('3600', '3597.84', '3602.16');
    await to(vaultId, halves.old);
    const before = await held(vaultId);
    await quoteBoth('3600', '3596.3', '3603.7');
    const refused = await to(vaultId, halves.next);
    expect(await held(vaultId)).toEqual(before);
    expect(refused.actions[0]).toMatchObject({
      state: Action_State.STATE_FAILED,
      cashMoved: '0',
    });
  });

  it('goes to cash by a plan without a target, at the bid', async () => {
    const vaultId = await openVault(owner, [['USDC', 1_000_000_000n]]);
    await quoteBoth('3600', '3597.84', '3602.16');
    await to(vaultId, halves.old);
    const [position] = (await held(vaultId)).positions;
    const quantity = present(position, 'the vault holds a half')[1];
    await rebalanceTo(world, owner, { vaultId, assetIds: Object.values(halves), weights: [] });
    const cash = valueOf(quantity, quoteAt('3597.84'));
    expect(await held(vaultId)).toEqual({ cash, positions: [] });
  });
});
