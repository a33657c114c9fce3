import {
  IntentType,
  RunOutcome,
  RunTrigger,
  StrategyIntent_State as State,
} from '@trimtab/contracts/intent';
import { Notification_Kind } from '@trimtab/contracts/intent';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DAY,
  HOUR,
  startEngineWorld,
  type EngineWorld,
  type IntentOfTemplate,
} from './engine-world.js';

const PAGE = { pageSize: 500, pageToken: '' };

describe('the option index of an intent, run by the engine over real services', () => {
  let world: EngineWorld;
  beforeAll(async () => {
    world = await startEngineWorld();
    await world.setPrice('WBTC', '7000');
    await world.setPrice('WETH', '400');
  });
  afterAll(() => world.end());

  /** An intent that holds its first series. */
  async function opened(
    request: Partial<IntentOfTemplate> = {},
  ): Promise<{ intentId: string; vaultId: string }> {
    const { intentId, vaultId } = await world.create({
      type: IntentType.INTENT_TYPE_HEDGE,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
      ...request,
    });
    await world.until('a first series', async () => heldBy(intentId));
    return { intentId, vaultId };
  }

  async function heldBy(intentId: string): Promise<string | undefined> {
    const { index } = await world.runtime(intentId);
    return index === undefined || index.seriesId === '' ? undefined : index.seriesId;
  }

  async function runsOf(intentId: string) {
    return (await world.owner.intent.listRuns({ ...PAGE, intentId })).runs;
  }

  async function noticesOf(intentId: string, kind: Notification_Kind): Promise<readonly string[]> {
    const request = { ...PAGE, intentId, channels: [] };
    const { notifications } = await world.owner.intent.listNotifications(request);
    return notifications.filter((one) => one.kind === kind).map(({ message }) => message);
  }

  it('is opened with the whole of the deposit', async () => {
    const { intentId, vaultId } = await opened();
    // 0.3 · 7000, and 08:00 UTC of the day 14 days from 4 April
    expect(await heldBy(intentId)).toBe('BTC-2100-20180418');
    const vault = await world.vault(vaultId);
    expect(vault.positions.map(({ assetId }) => assetId)).toEqual(['P-BTC-2100-20180418']);
    expect(BigInt(vault.cash)).toBeLessThan(100_000_000n);
    const [run] = await runsOf(intentId);
    expect(run).toMatchObject({
      trigger: RunTrigger.RUN_TRIGGER_OPENING,
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
      outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
      seriesId: 'BTC-2100-20180418',
    });
    const { rollCount, index, lastError } = await world.runtime(intentId);
    expect([rollCount, index?.unitCount, lastError]).toEqual([0, '10000000000', '']);
  });

  it('rolls once when the price falls below its trigger, and tells its owner what that cost', async () => {
    const { intentId } = await opened();
    await world.pass(2 * HOUR);
    // 2100 · 1.3 is 2730: just above it nothing happens
    await world.setPrice('WBTC', '2731');
    await world.pass(MINUTE_STEP);
    await world.pass(MINUTE_STEP);
    expect(await heldBy(intentId)).toBe('BTC-2100-20180418');
    await world.setPrice('WBTC', '2700');
    await world.until('the roll', async () =>
      (await world.runtime(intentId)).rollCount === 1 ? true : undefined,
    );
    // 0.3 · 2700
    expect(await heldBy(intentId)).toBe('BTC-810-20180418');
    const runs = await runsOf(intentId);
    expect(runs.map(({ trigger }) => trigger)).toEqual([
      RunTrigger.RUN_TRIGGER_PRICE,
      RunTrigger.RUN_TRIGGER_OPENING,
    ]);
    expect(runs[0]?.purpose).toBe(RebalancePurpose.REBALANCE_PURPOSE_ROLL);
    const runtime = await world.runtime(intentId);
    expect(runtime.totalCostBps).toBe(runtime.lastRollCostBps);
    // A spread of 6 bps is paid once, half on each side.
    expect(runtime.lastRollCostBps).toBeGreaterThanOrEqual(5);
    expect(runtime.lastRollCostBps).toBeLessThanOrEqual(7);
    expect(await noticesOf(intentId, Notification_Kind.KIND_ROLL)).toHaveLength(1);
    // Nothing more happens, whatever time passes.
    await world.pass(HOUR);
    expect((await runsOf(intentId)).length).toBe(2);
    await world.setPrice('WBTC', '7000');
    await world.pass(2 * HOUR);
  });
});

const MINUTE_STEP = 60_000;
void DAY;
void State;
void present;
