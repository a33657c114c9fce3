import { randomUUID } from 'node:crypto';
import {
  IntentType,
  Notification_Kind,
  RollStrategy,
  RunOutcome,
  RunTrigger,
  StrategyIntent_State as State,
  type Run,
} from '@trimtab/contracts/intent';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { LedgerEntry_Kind, VaultMode } from '@trimtab/contracts/vault';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  HOUR,
  MINUTE,
  startEngineWorld,
  type EngineWorld,
  type IntentOfTemplate,
} from './engine-world.js';

const PAGE = { pageSize: 500, pageToken: '' };

/** A strategy that a fall of the price does not stop. */
const PATIENT = { maxAnnualDriftBps: 10_000, stopLossDriftBps: 10_000 };
/** One that rolls by itself on the day of maturity, which is tomorrow. */
const DAILY = {
  maturityDays: 1,
  autoRoll: true,
  rollStrategy: RollStrategy.ROLL_STRATEGY_STANDARD,
};

describe('the option index of an intent, run by the engine over real services', () => {
  let world: EngineWorld;
  let created: string[] = [];
  beforeAll(async () => {
    world = await startEngineWorld();
  });
  beforeEach(async () => {
    await world.setPrice('WBTC', '7000');
  });
  afterEach(async () => {
    for (const intentId of created) {
      if ((await world.intent(intentId)).state !== State.STATE_ACTIVE) continue;
      const request = { requestId: randomUUID(), intentId, etag: '', reason: 'the test is over' };
      await world.owner.intent.cancelIntent(request);
    }
    created = [];
  });
  afterAll(() => world.end());

  interface Opened {
    readonly intentId: string;
    readonly vaultId: string;
  }

  async function declared(request: Partial<IntentOfTemplate> = {}): Promise<Opened> {
    const { intentId, vaultId } = await world.create({
      type: IntentType.INTENT_TYPE_HEDGE,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
      ...request,
    });
    created.push(intentId);
    return { intentId, vaultId };
  }

  /** An intent that holds its first series. */
  async function opened(request: Partial<IntentOfTemplate> = {}): Promise<Opened> {
    const intent = await declared(request);
    await world.until('a first series', () => heldBy(intent));
    return intent;
  }

  async function heldBy({ intentId }: Opened): Promise<string | undefined> {
    const { index } = await world.runtime(intentId);
    return index === undefined || index.seriesId === '' ? undefined : index.seriesId;
  }

  async function isRolled({ intentId }: Opened): Promise<true | undefined> {
    return (await world.runtime(intentId)).rollCount === 1 ? true : undefined;
  }

  async function runsOf({ intentId }: Opened): Promise<readonly Run[]> {
    return (await world.owner.intent.listRuns({ ...PAGE, intentId })).runs;
  }

  async function triggersOf(intent: Opened): Promise<readonly RunTrigger[]> {
    return (await runsOf(intent)).map(({ trigger }) => trigger);
  }

  async function noticesOf({ intentId }: Opened, kind: Notification_Kind) {
    const request = { ...PAGE, intentId, channels: [] };
    const { notifications } = await world.owner.intent.listNotifications(request);
    return notifications.filter((one) => one.kind === kind).map(({ message }) => message);
  }

  async function linesOf({ vaultId }: Opened, kind: LedgerEntry_Kind) {
    const filter = { vaultId, rebalanceId: '', assetId: '', afterSequence: 0n };
    const { entries } = await world.owner.vaults.listLedgerEntries({ ...PAGE, ...filter });
    return entries.filter((entry) => entry.kind === kind);
  }

  async function seconds(count: number): Promise<void> {
    for (let second = 0; second < count; second += 1) await world.pass(1_000);
  }

  it('is opened with the whole of the deposit', async () => {
    const intent = await opened();
    const id = (await heldBy(intent)) ?? '';
    // 0.3 · 7000, and 08:00 UTC of the day 14 days from 4 April
    expect(id).toBe('BTC-2100-20180418');
    const vault = await world.vault(intent.vaultId);
    expect(vault.positions.map(({ assetId }) => assetId)).toEqual([`P-${id}`]);
    expect(BigInt(vault.cash)).toBeLessThan(100_000_000n);
    const runs = await runsOf(intent);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      trigger: RunTrigger.RUN_TRIGGER_OPENING,
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
      outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
      seriesId: id,
    });
    const { rollCount, index, lastError } = await world.runtime(intent.intentId);
    expect([rollCount, index?.issuedUnits, lastError]).toEqual([0, '10000000000', '']);
  });

  it('rolls once when the price falls below its trigger, and tells its owner what that cost', async () => {
    const intent = await opened({
      overrides: { config: { maturityDays: 90 }, constraints: PATIENT },
    });
    const first = (await heldBy(intent)) ?? '';
    await world.pass(HOUR);
    // 2100 · 1.3 is 2730: on it nothing happens
    await world.setPrice('WBTC', '2730');
    await seconds(5);
    expect(await runsOf(intent)).toHaveLength(1);
    await world.setPrice('WBTC', '2729');
    await world.until('the roll', () => isRolled(intent));
    // 0.3 · 2729, floored
    expect(await heldBy(intent)).toBe(first.replace('2100', '818'));
    expect(await triggersOf(intent)).toEqual([
      RunTrigger.RUN_TRIGGER_PRICE,
      RunTrigger.RUN_TRIGGER_OPENING,
    ]);
    const [roll] = await runsOf(intent);
    expect(roll?.purpose).toBe(RebalancePurpose.REBALANCE_PURPOSE_ROLL);
    const runtime = await world.runtime(intent.intentId);
    expect(runtime.totalCostBps).toBe(runtime.lastRollCostBps);
    // A spread of 6 bps: half of it for what is sold, half for what is bought.
    expect(runtime.lastRollCostBps).toBe(6);
    expect(await noticesOf(intent, Notification_Kind.KIND_ROLL)).toHaveLength(1);
    await world.pass(HOUR);
    await seconds(3);
    expect(await runsOf(intent)).toHaveLength(2);
  });

  it('rolls at its maturity once the old series is settled, and then only buys', async () => {
    const intent = await opened({
      type: IntentType.INTENT_TYPE_TREASURY,
      overrides: { config: DAILY, constraints: PATIENT },
    });
    const first = (await heldBy(intent)) ?? '';
    await world.passTo(maturityOf(first));
    await seconds(3);
    // Settlement waits for its delay.
    expect(await heldBy(intent)).toBe(first);
    expect(await linesOf(intent, LedgerEntry_Kind.KIND_SETTLE)).toEqual([]);
    await world.pass(HOUR);
    await world.until('the roll', () => isRolled(intent));
    expect(await linesOf(intent, LedgerEntry_Kind.KIND_SETTLE)).not.toEqual([]);
    const second = (await heldBy(intent)) ?? '';
    expect(maturityOf(second)).toBe(maturityOf(first) + 24 * HOUR);
    expect(await triggersOf(intent)).toEqual([
      RunTrigger.RUN_TRIGGER_MATURITY,
      RunTrigger.RUN_TRIGGER_OPENING,
    ]);
  });

  it('rolls when a tenth of its life is left, if it is short-dated, and waits for no settlement', async () => {
    const rollStrategy = RollStrategy.ROLL_STRATEGY_SHORT_DATED;
    const intent = await opened({
      overrides: { config: { ...DAILY, rollStrategy }, constraints: PATIENT },
    });
    const first = (await heldBy(intent)) ?? '';
    const life = maturityOf(first) - world.clock.now();
    await world.passTo(maturityOf(first) - life / 10 - 60_000);
    await seconds(3);
    expect(await runsOf(intent)).toHaveLength(1);
    await world.pass(60_000);
    await world.until('the roll', () => isRolled(intent));
    expect(world.clock.now()).toBeLessThan(maturityOf(first));
    expect(await triggersOf(intent)).toContain(RunTrigger.RUN_TRIGGER_MATURITY);
    expect(await linesOf(intent, LedgerEntry_Kind.KIND_SETTLE)).toEqual([]);
  });

  it('puts a roll off that the quotes make too dear, says so once, and rolls when it is cheaper', async () => {
    const intent = await opened({
      overrides: { config: { maturityDays: 90 }, constraints: PATIENT },
    });
    await world.pass(HOUR);
    const cheap = world.engine;
    world.engine = world.newEngine({ SPREAD_BPS: '100' });
    await world.setPrice('WBTC', '2500');
    const deferrals = (count: number) => async () => {
      const { index } = await world.runtime(intent.intentId);
      return index?.deferralCount === count ? true : undefined;
    };
    await world.until('a deferral', deferrals(1));
    await world.pass(MINUTE);
    await world.until('another one', deferrals(2));
    expect(await runsOf(intent)).toHaveLength(1);
    const told = await noticesOf(intent, Notification_Kind.KIND_ROLL);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('put off: the quotes say that it costs 100 bps, the limit is 15');
    world.engine = cheap;
    await world.pass(2 * MINUTE);
    await world.until('the roll', () => isRolled(intent));
    expect(await deferrals(0)()).toBe(true);
  });

  it('stops when its drift exceeds its stop, sells everything and says why', async () => {
    const intent = await opened({ overrides: { constraints: { stopLossDriftBps: 500 } } });
    await world.pass(HOUR);
    // P has lost about a quarter of a percent: 663 bps a year
    await world.setPrice('WBTC', '2800');
    const ended = await world.until('the end', async () => {
      const found = await world.intent(intent.intentId);
      return found.state === State.STATE_COMPLETED ? found : undefined;
    });
    expect(ended.stateReason).toBe('Stop-loss triggered: drift exceeded 5%');
    expect(await noticesOf(intent, Notification_Kind.KIND_STOP_LOSS)).toHaveLength(1);
    const vault = await world.until('a closed vault', async () => {
      const found = await world.vault(intent.vaultId);
      return found.mode === VaultMode.VAULT_MODE_CLOSED ? found : undefined;
    });
    expect([vault.cash, vault.positions]).toEqual(['0', []]);
  });

  it('that is rolled by hand is told of a breach once, and nothing else happens', async () => {
    const intent = await opened({
      type: IntentType.INTENT_TYPE_TREASURY,
      overrides: { config: { autoRoll: false }, constraints: PATIENT },
    });
    await world.pass(HOUR);
    // 0.5 · 7000 · 1.5 is 5250
    await world.setPrice('WBTC', '5200');
    await seconds(5);
    await world.pass(HOUR);
    await seconds(3);
    expect(await runsOf(intent)).toHaveLength(1);
    expect(await noticesOf(intent, Notification_Kind.KIND_THRESHOLD_BREACH)).toEqual([
      expect.stringContaining('The price is below the roll trigger'),
    ]);
  });

  it('has collateral swapped that it has no place for, and is opened with what that gave', async () => {
    const intent = await opened({ collateral: { assetId: 'WBTC', amountDecimal: '1' } });
    const vault = await world.vault(intent.vaultId);
    expect(vault.positions.map(({ assetId }) => assetId)).toEqual([
      `P-${(await heldBy(intent)) ?? ''}`,
    ]);
    expect(await triggersOf(intent)).toContain(RunTrigger.RUN_TRIGGER_COLLATERAL);
    const { index } = await world.runtime(intent.intentId);
    // 1 WBTC at 7000
    expect(index?.issuedUnits).toBe('7000000000');
  });
});

/** 08:00 UTC of the day in the id of a series. */
function maturityOf(seriesId: string): number {
  const [, year = '', month = '', day = ''] = /(\d{4})(\d\d)(\d\d)$/.exec(seriesId) ?? [];
  return Date.parse(`${year}-${month}-${day}T08:00:00.000Z`);
}
