import { contentHash, TAGS } from '@trimtab/canonical';
import { ExecType, type ExecutionReport, type OrderDispatch } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { campaignCount, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BUSES, createOrderGenWorld, FAILED, type OrderGenWorld } from './ordergen-world.js';
import { openStage, type Stage } from './semantics-stage.js';

/** A report of the set: which action, what it says. */
type Told = readonly [index: number, fields: Partial<ExecutionReport>];

const part = (amount: string, sequence: bigint): Partial<ExecutionReport> => ({
  execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
  cumulativeQuantity: amount,
  cumulativeUnderlying: amount,
  reportSequence: sequence,
});

/** The first sell is cancelled half done, the third fails, a buy is cheaper than it may be. */
const SET: readonly Told[] = [
  [0, part('500', 1n)],
  [0, { ...part('1050', 2n), execType: ExecType.EXEC_TYPE_CANCELED }],
  [1, {}],
  [2, FAILED],
  [3, part('100', 1n)],
  [3, { cumulativeUnderlying: '1200', reportSequence: 2n }],
  [4, {}],
];

/** The chain of a rebalance without the hashes that ids go into. */
async function chainOf(world: OrderGenWorld, rebalanceId: string): Promise<readonly unknown[]> {
  const { rows } = await world.database.pool.query<{ document: string }>(
    'select document from rebalance_events where rebalance_id = $1 order by sequence',
    [rebalanceId],
  );
  return rows.map(({ document }) => ({ ...(JSON.parse(document) as object), previous: '' }));
}

/** The order of another rebalance for the same action and amount. */
function orderOf(template: OrderDispatch, { rebalanceId, vaultId }: Stage): OrderDispatch {
  const { index } = template;
  const orderId = contentHash(TAGS.orderId, { rebalanceId, index, attempt: 1 });
  return { ...template, rebalanceId, vaultId, orderId };
}

describe.each(BUSES)('one set of results over the %s bus', (kind) => {
  let world: OrderGenWorld;
  afterEach(() => world.close());

  const count = campaignCount(20, 200);
  it(`ends in one chain over ${count} orders of arrival, with duplicates, in the database`, async () => {
    world = await createOrderGenWorld(kind);
    const plain = await openStage(world);
    const templates: OrderDispatch[] = [];
    for (const [index, fields] of SET) {
      templates[index] = await plain.order(index);
      await world.report(templates[index], fields);
    }
    const ended = await world.reaches(plain.rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    const expected = await chainOf(world, plain.rebalanceId);
    expect(expected).toHaveLength(5);

    const arrivals = fc.array(fc.constantFrom(...SET), { maxLength: 7 }).chain((repeats) => {
      const all = [...SET, ...repeats];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    for (const arrived of fc.sample(arrivals, { seed: SEED, numRuns: count })) {
      const stage = await openStage(world);
      for (const [index, fields] of arrived) {
        const template = templates[index];
        if (template !== undefined) await world.report(orderOf(template, stage), fields);
      }
      const end = await world.reaches(stage.rebalanceId, ended.state);
      expect(await chainOf(world, stage.rebalanceId)).toEqual(expected);
      const { vault } = await world.vaults.getVault({ vaultId: stage.vaultId });
      expect([end.cash, vault?.cash]).toEqual([ended.cash, ended.cash]);
    }
  }, 900_000);
});
