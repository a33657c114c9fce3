import {
  Allocation,
  IntentType,
  RunOutcome,
  RunTrigger,
  Triggers,
  type Run,
} from '@trimtab/contracts/intent';
import { DriftBandGoal, DriftBandKind, Side } from '@trimtab/contracts/portfolio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, startEngineWorld, type EngineWorld } from './engine-world.js';

/** Half of the vault in BTC. */
const HALF = Allocation.fromPartial({
  kind: {
    $case: 'targetWeights',
    value: {
      targets: [{ assetId: 'WBTC', side: Side.SIDE_LONG, weightBps: 5_000, investible: true }],
    },
  },
});

describe('what starts a rebalance without the owner', () => {
  let world: EngineWorld;
  beforeAll(async () => {
    world = await startEngineWorld();
  });
  beforeEach(async () => {
    await world.setPrice('WBTC', '7000');
  });
  afterAll(() => world.end());

  async function declared(triggers: Triggers): Promise<string> {
    const { intentId } = await world.create({
      type: IntentType.INTENT_TYPE_TREASURY,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
      allocation: HALF,
      triggers,
    });
    return intentId;
  }

  async function runsOf(intentId: string): Promise<readonly Run[]> {
    const page = { intentId, pageSize: 100, pageToken: '' };
    return (await world.owner.intent.listRuns(page)).runs;
  }

  function runsUntil(intentId: string, count: number): Promise<readonly Run[]> {
    return world.until(`run ${count}`, async () => {
      const runs = await runsOf(intentId);
      const ended = runs.every(({ outcome }) => outcome !== RunOutcome.RUN_OUTCOME_UNSPECIFIED);
      return runs.length >= count && ended ? runs : undefined;
    });
  }

  async function seconds(count: number): Promise<void> {
    for (let second = 0; second < count; second += 1) await world.pass(1_000);
  }

  it('a schedule does, once each time that it is due in its zone, however many looks there are', async () => {
    // 08:00 in New York is 12:00 UTC in April.
    const schedule = { cron: '0 8 * * *', timeZone: 'America/New_York' };
    const intentId = await declared(Triggers.fromPartial({ schedule }));
    await seconds(3);
    expect(await runsOf(intentId)).toEqual([]);
    const noon = Math.ceil(world.clock.now() / DAY) * DAY + 12 * HOUR;
    await world.passTo(noon - 1_000);
    expect(await runsOf(intentId)).toEqual([]);
    await runsUntil(intentId, 1);
    await seconds(5);
    await world.pass(HOUR);
    const [first, ...others] = await runsOf(intentId);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      trigger: RunTrigger.RUN_TRIGGER_SCHEDULE,
      outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
    });
    await world.passTo(noon + DAY);
    const runs = await runsUntil(intentId, 2);
    await seconds(5);
    expect(await runsOf(intentId)).toHaveLength(2);
    expect(runs[0]?.trigger).toBe(RunTrigger.RUN_TRIGGER_SCHEDULE);
  });

  it('a missed schedule is made up for once, not for each time that was missed', async () => {
    const schedule = { cron: '0 * * * *', timeZone: 'UTC' };
    const intentId = await declared(Triggers.fromPartial({ schedule }));
    await seconds(3);
    // Nobody looked for half a day.
    await world.pass(12 * HOUR + 30 * MINUTE);
    await runsUntil(intentId, 1);
    await seconds(5);
    expect(await runsOf(intentId)).toHaveLength(1);
  });

  it('a position that leaves its band does, once, and not one that is on its edge', async () => {
    const driftBand = {
      kind: DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
      widthBps: 500,
      goal: DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
    };
    const intentId = await declared(Triggers.fromPartial({ driftBand }));
    // The vault is all cash: 5 000 bps away from its target.
    const [opening] = await runsUntil(intentId, 1);
    expect(opening?.trigger).toBe(RunTrigger.RUN_TRIGGER_DRIFT);
    await seconds(5);
    expect(await runsOf(intentId)).toHaveLength(1);
    // 5 000 · 1.2 of 11 000 is 5 454 bps
    await world.setPrice('WBTC', '8400');
    await world.pass(HOUR);
    await seconds(3);
    expect(await runsOf(intentId)).toHaveLength(1);
    // 5 000 · 1.3 of 11 500 is 5 652 bps
    await world.setPrice('WBTC', '9100');
    await world.pass(HOUR);
    await runsUntil(intentId, 2);
    await seconds(5);
    await world.pass(HOUR);
    const runs = await runsOf(intentId);
    expect(runs.map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      [RunTrigger.RUN_TRIGGER_DRIFT, RunOutcome.RUN_OUTCOME_REBALANCE],
      [RunTrigger.RUN_TRIGGER_DRIFT, RunOutcome.RUN_OUTCOME_REBALANCE],
    ]);
  });
});
