import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
} from '@trimtab/contracts/ordergen';
import { tellSolverStory, tellTargetWeightsStory, type StoryReport } from '@trimtab/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSES, startWorld, type World } from './world.js';

/** What of a run must be the same over every bus: everything but ids, hashes and times. */
function outcome(report: StoryReport) {
  return report.rebalance.actions.map(({ index, assetId, deltaNet, amount, filled, state }) => ({
    index,
    assetId,
    deltaNet,
    amount,
    filled,
    state,
  }));
}

const told = new Map<string, unknown>();

/** The first bus sets the outcome of a story; every other one must repeat it to the last unit. */
function expectSameOverEveryBus(story: string, actions: unknown): void {
  if (told.has(story)) expect(actions).toEqual(told.get(story));
  else told.set(story, actions);
}

describe.each(BUSES)('the pipeline over the %s bus', (bus) => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({
      bus,
      script: [
        { index: 0, direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
        { assetId: 'LTC', direction: 'INCREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
        {
          index: 1,
          direction: 'INCREASE',
          outcome: { kind: 'FAIL', reason: 'INSUFFICIENT_LIQUIDITY' },
        },
      ],
    });
  });

  afterAll(() => world.end());

  it('goes from intent to settled trades while the first sell fails and a buy is half filled', async () => {
    const report = await tellTargetWeightsStory(world.owner, world.output);

    const { rebalance } = report;
    expect(rebalance.state).toBe(RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(report.selfFinancingResidual).toBe(0n);
    expect(report.replayedHash).toBe(rebalance.stateHash);
    expect(report.proven).toBe(true);

    const [failed, grown, bought] = rebalance.actions;
    expect(failed?.state).toBe(ActionState.STATE_FAILED);
    expect(failed?.filled).toBe('0');
    // Self-financing: what the failed sell did not raise is shared between the sell and the buy left.
    const [recalibration] = rebalance.recalibrations;
    expect(recalibration?.failedIndex).toBe(0);
    const unfilled = BigInt(failed?.amount ?? '0');
    expect(BigInt(recalibration?.unfilled ?? '0')).toBe(unfilled);
    const raised =
      BigInt(recalibration?.sellsAfter ?? '0') - BigInt(recalibration?.sellsBefore ?? '0');
    const shrunk =
      BigInt(recalibration?.buysBefore ?? '0') - BigInt(recalibration?.buysAfter ?? '0');
    expect(raised + shrunk).toBe(unfilled);
    expect(BigInt(grown?.amount ?? '0') > -BigInt(grown?.deltaNet ?? '0')).toBe(true);
    expect(BigInt(bought?.amount ?? '0') < BigInt(bought?.deltaNet ?? '0')).toBe(true);
    // Half of what the recalibrated buy may spend.
    expect(BigInt(bought?.filled ?? '0')).toBe(BigInt(bought?.amount ?? '0') / 2n);
    expectSameOverEveryBus('target weights', outcome(report));
  });

  it('allocates over the real pools and survives a failing buy', async () => {
    const { suite, clock, operator, owner } = world;
    const report = await tellSolverStory({ suite, clock, operator, owner }, world.output);

    expect(report.rebalance.state).toBe(RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(report.selfFinancingResidual).toBe(0n);
    expect(report.proven).toBe(true);
    const failed = report.rebalance.actions[1];
    expect(failed?.state).toBe(ActionState.STATE_LOCKED);
    const others = report.rebalance.actions.filter(({ index }) => index !== 1);
    // A failed buy changes no other action: each spends exactly what was planned.
    for (const action of others) expect(action.amount).toBe(action.deltaNet);
    expectSameOverEveryBus('solver', outcome(report));
  });

  it('books every move twice: the ledger adds up to the holdings', async () => {
    const { pool, schema } = world.suite.databases.ordergen;
    const { rows } = await pool.query<{ asset_id: string; total: string }>(
      `select asset_id, sum(amount)::text as total from ${schema}.ledger_entries group by transaction_id, asset_id having sum(amount) <> 0`,
    );
    expect(rows).toEqual([]);
  });
});
