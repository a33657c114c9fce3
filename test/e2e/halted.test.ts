import { connectClients, type SuiteClients } from '@trimtab/cli';
import { Asset, Price_State } from '@trimtab/contracts/oracle';
import { CandidateFilter } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observation, refusal } from '../integration/oracle-world.js';
import { policy, roundsRequest, strategy, strategySnapshot } from '../integration/solver-world.js';
import { startWorld, type World } from './world.js';

describe('an asset that is HALTED', () => {
  let world: World;
  let feed: SuiteClients;
  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 1 });
    feed = connectClients(world.suite, 'feed', ['price:write']);
    const { oracle, solver } = world.operator;
    for (const assetId of ['GOOD', 'BAD']) {
      const asset = Asset.fromPartial({ assetId, decimals: 6, quorumCount: 1 });
      await oracle.registerAsset({ requestId: '', asset });
      await publish(assetId, '100');
      const strategyId = assetId.toLowerCase();
      await solver.upsertStrategy({ requestId: '', strategy: strategy(strategyId) });
      const snapshots = [strategySnapshot(strategyId)];
      await solver.submitStrategySnapshots({ requestId: '', snapshots });
    }
    await solver.upsertPolicy({ requestId: '', policy: policy() });
  });
  afterAll(async () => {
    feed.close();
    await world.end();
  });

  async function publish(assetId: string, price: string): Promise<void> {
    const one = observation(assetId, price, world.clock.now());
    await feed.oracle.submitObservations({ requestId: '', observations: [one] });
  }

  async function plan(assetIds: string[]) {
    const { snapshot } = await world.operator.oracle.takeSnapshot({ requestId: '', assetIds });
    const { snapshotHash } = present(snapshot, 'a snapshot');
    const built = await world.operator.solver.buildPlan(
      roundsRequest({ snapshotHash, allowedStrategies: ['good', 'bad'], validateOnly: true }),
    );
    const { targets, scores } = present(built.plan, 'a plan');
    return {
      targets: targets.map(({ assetId, strategyId }) => [assetId, strategyId]),
      filters: scores.map(({ strategyId, failedFilter }) => [strategyId, failedFilter]),
    };
  }

  it('blocks a snapshot by its name, and its strategy is out of a plan until it recovers', async () => {
    const { UNSPECIFIED, ORACLE_UNHEALTHY } = FILTERS;
    expect((await plan(['GOOD', 'BAD'])).filters).toEqual([
      ['bad', UNSPECIFIED],
      ['good', UNSPECIFIED],
    ]);
    world.clock.advanceMillis(1_000);
    await publish('BAD', '150');
    const states = [Price_State.STATE_HALTED];
    const query = { pageSize: 0, pageToken: '', assetIds: [], states };
    const halted = await world.operator.oracle.listPrices(query);
    expect(halted.prices.map(({ assetId }) => assetId)).toEqual(['BAD']);
    expect(await refusal(plan(['GOOD', 'BAD']))).toMatchObject({
      kind: 'FAILED_PRECONDITION',
      reason: 'ASSET_NOT_HEALTHY',
      metadata: { asset_ids: 'BAD', 'state.BAD': 'HALTED' },
      message:
        'BAD is HALTED: the price of 150 is further than 1000 bps from 100, published at ' +
        new Date(world.clock.now() - 1_000).toISOString(),
    });
    // The pipeline leaves it out, and the solver takes what is left out for unhealthy.
    const without = await plan(['GOOD']);
    expect(without.filters).toEqual([
      ['bad', ORACLE_UNHEALTHY],
      ['good', UNSPECIFIED],
    ]);
    expect(without.targets.filter(([, strategyId]) => strategyId !== '')).toEqual([
      ['GOOD', 'good'],
    ]);
    world.clock.advanceMillis(60_000);
    for (const assetId of ['GOOD', 'BAD'])
      await publish(assetId, assetId === 'BAD' ? '150' : '100');
    expect((await plan(['GOOD', 'BAD'])).filters).toEqual([
      ['bad', UNSPECIFIED],
      ['good', UNSPECIFIED],
    ]);
  });
});

const FILTERS = {
  UNSPECIFIED: CandidateFilter.CANDIDATE_FILTER_UNSPECIFIED,
  ORACLE_UNHEALTHY: CandidateFilter.CANDIDATE_FILTER_ORACLE_UNHEALTHY,
};
