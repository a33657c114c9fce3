import type { Rebalance, RebalanceTerms } from '@trimtab/contracts/ordergen';
import {
  DriftBandGoal,
  DriftBandKind,
  NetMode,
  RebalancePurpose,
  SequencingPolicy,
} from '@trimtab/contracts/portfolio';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { campaignCount, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { move, planTerms, actionTerms, preview } from './ordergen-preview-world.js';
import {
  createOrderGenWorld,
  exampleTerms,
  fundedVault,
  newVault,
  refusal,
  requestId,
  type FakePrice,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
beforeEach(async () => {
  world = await createOrderGenWorld();
});
afterEach(() => world.close());

/** What a preview and the rebalance that follows have in common: all but what execution changes. */
function planned(rebalance: Rebalance): unknown {
  const { h0, terms, txBundleHash, targetWeightsHash, nav, openingCash, openingPositions } =
    rebalance;
  const actions = rebalance.actions.map(
    ({ index, assetId, side, group, deltaExposure, deltaCollateral, deltaNet, cap }) => ({
      index,
      assetId,
      side,
      group,
      deltaExposure,
      deltaCollateral,
      deltaNet,
      cap,
    }),
  );
  const { targetCash } = rebalance;
  return {
    h0,
    terms,
    txBundleHash,
    targetWeightsHash,
    nav,
    openingCash,
    openingPositions,
    actions,
    targetCash,
  };
}

/** Every table with the number of its rows, and a digest of them with the transactions that wrote them. */
async function contents(): Promise<unknown> {
  const { pool, schema } = world.database;
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = $1 and table_type = 'BASE TABLE' order by 1`,
    [schema],
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `select count(*), md5(string_agg(t::text || t.xmin::text || t.ctid::text, '|' order by t.ctid))
       from "${name}" t`,
    );
    found[name] = rows[0];
  }
  return found;
}

/** From here on, any statement that writes to a table of the service fails, even one that changes no row. */
async function forbidWrites(): Promise<number> {
  const { pool, schema } = world.database;
  await pool.query(`create function refuse_write() returns trigger language plpgsql as
    $$ begin raise exception 'a preview wrote to %', tg_table_name; end $$`);
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = $1 and table_type = 'BASE TABLE'`,
    [schema],
  );
  for (const { name } of rows) {
    await pool.query(`create trigger refuse_write before insert or update or delete or truncate
      on "${name}" for each statement execute function refuse_write()`);
  }
  return rows.length;
}

describe('a preview', () => {
  it('is PLANNED, has no id, and shows the amounts that each action would have', async () => {
    const vault = await fundedVault(world);
    const rebalance = await preview(world, exampleTerms(world, vault));
    expect(rebalance).toMatchObject({ rebalanceId: '', state: 1, stateHash: rebalance.h0 });
    expect(rebalance.actions.map(({ amount }) => amount)).toEqual([
      '2100',
      '1260',
      '840',
      '2520',
      '1680',
    ]);
  });

  it('writes no row and sends no message', async () => {
    const vault = await fundedVault(world);
    const terms = exampleTerms(world, vault);
    const publish = vi.spyOn(world.bus, 'publish');
    expect(await forbidWrites()).toBeGreaterThan(10);
    const before = await contents();
    await preview(world, terms);
    await preview(world, actionTerms(world, vault, [move('A', '-5')]));
    const stale = { ...terms, fence: 99n };
    expect((await refusal(world.orderGen.previewRebalance({ terms: stale }))).reason).toBe(
      'FENCE_STALE',
    );
    expect(await contents()).toEqual(before);
    expect(publish).not.toHaveBeenCalled();
    expect(world.dispatches).toEqual([]);
    // The trap works: the same terms cannot be executed while it is set.
    const real = world.orderGen.createRebalance({ requestId: requestId(), terms });
    await expect(real).rejects.toThrow();
  });

  it('is refused as the real run would be', async () => {
    const vault = await fundedVault(world);
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const terms = exampleTerms(world, vault);
    const cases: readonly (readonly [RebalanceTerms, string])[] = [
      [{ ...terms, vaultId: 'nowhere' }, 'VAULT_NOT_FOUND'],
      [{ ...terms, vaultVersion: 1n }, 'VAULT_CHANGED'],
      [{ ...terms, snapshotHash: 'f'.repeat(64) }, 'SNAPSHOT_NOT_FOUND'],
      [{ ...terms, expireTime: new Date(world.clock.now()) }, 'FIELD_INVALID'],
    ];
    for (const [bad, reason] of cases) {
      const call = world.orderGen.previewRebalance({ terms: bad });
      expect((await refusal(call)).reason).toBe(reason);
      const real = world.orderGen.createRebalance({ requestId: requestId(), terms: bad });
      expect((await refusal(real)).reason).toBe(reason);
    }
    const other = await refusal(stranger.orderGen.previewRebalance({ terms }));
    expect(other.reason).toBe('PERMISSION_DENIED');
    const none = await refusal(world.orderGen.previewRebalance({ terms: undefined }));
    expect(none.violations.map(({ field }) => field)).toEqual(['terms']);
  });
});

const ASSETS = ['A', 'B', 'C', 'D', 'E'] as const;

/** A vault, its prices and what is asked of it. */
interface RandomCase {
  readonly cash: number;
  readonly held: readonly number[];
  readonly prices: readonly string[];
  readonly lots: readonly number[];
  readonly weights: readonly number[];
  readonly investible: readonly boolean[];
  readonly shorts: readonly boolean[];
  readonly explicit: boolean;
  /** Whether a manager turns both legs round. */
  readonly ownOrder: boolean;
  readonly moves: readonly number[];
  readonly fields: Partial<RebalanceTerms>;
}

const five = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: ASSETS.length, maxLength: ASSETS.length });

const tolerances: fc.Arbitrary<RebalanceTerms['tolerances']> = fc.oneof(
  fc.constant(undefined),
  fc.nat({ max: 5_000 }).map((amount) => {
    const text = String(amount);
    const value = { exposure: text, collateral: text, net: text };
    return { band: { $case: 'absolute' as const, value } };
  }),
  fc.constantFrom('0', '0.001', '0.05').map((text) => {
    const value = { exposureDecimal: text, collateralDecimal: text, netDecimal: text };
    return { band: { $case: 'navRelative' as const, value } };
  }),
);

const fields: fc.Arbitrary<Partial<RebalanceTerms>> = fc.record({
  tolerances,
  netMode: fc.constantFrom(undefined, NetMode.NET_MODE_STANDARD, NetMode.NET_MODE_CONSERVATIVE),
  sequencing: fc
    .constantFrom(
      SequencingPolicy.SEQUENCING_POLICY_GUIDELINE,
      SequencingPolicy.SEQUENCING_POLICY_LARGEST_RELEASE_FIRST,
    )
    .map((value) => ({ order: { $case: 'policy' as const, value } })),
  underlyingFloor: fc.constantFrom('', '0', '1000'),
  // Up to the limit of the vault's policy.
  slippageLimitBps: fc.option(fc.nat({ max: 50 }), { nil: undefined }),
  purpose: fc.constantFrom(
    RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
    RebalancePurpose.REBALANCE_PURPOSE_ROLL,
    RebalancePurpose.REBALANCE_PURPOSE_SETTLE,
  ),
  driftBand: fc.option(
    fc.record({
      kind: fc.constantFrom(
        DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE,
        DriftBandKind.DRIFT_BAND_KIND_RELATIVE,
      ),
      widthBps: fc.nat({ max: 2_000 }),
      goal: fc.constantFrom(
        DriftBandGoal.DRIFT_BAND_GOAL_CENTRE,
        DriftBandGoal.DRIFT_BAND_GOAL_EDGE,
      ),
    }),
    { nil: undefined },
  ),
});

const randomCase: fc.Arbitrary<RandomCase> = fc.record({
  cash: fc.integer({ min: 1, max: 1_000_000 }),
  held: five(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 }))),
  prices: five(fc.constantFrom('1', '0.5', '2', '1.37', '0.000001', '41000.25')),
  lots: five(fc.constantFrom(1, 10, 1_000)),
  weights: five(fc.nat({ max: 2_000 })),
  investible: five(fc.boolean()),
  shorts: five(fc.boolean()),
  explicit: fc.boolean(),
  ownOrder: fc.boolean(),
  moves: five(fc.integer({ min: -100, max: 100 })),
  fields,
});

async function vaultOf(given: RandomCase, prices: readonly FakePrice[]): Promise<Vault> {
  world.snapshot(prices);
  const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
  const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
  let vault: Vault | undefined;
  const deposits = [
    ['USDC', given.cash],
    ...ASSETS.map((id, place) => [id, given.held[place] ?? 0]),
  ] as const;
  for (const [assetId, amount] of deposits) {
    if (amount === 0) continue;
    const request = {
      requestId: requestId(),
      vaultId,
      assetId: String(assetId),
      amount: String(amount),
    };
    vault = (await world.vaults.deposit(request)).vault;
  }
  return present(vault, 'cash was deposited');
}

function termsOf(given: RandomCase, vault: Vault, prices: readonly FakePrice[]): RebalanceTerms {
  const targets = ASSETS.map((assetId, place): FakeTarget => ({
    assetId,
    weightBps: given.weights[place] ?? 0,
    investible: given.investible[place] ?? true,
    side: given.shorts[place] === true ? 'SHORT' : 'LONG',
  }));
  const terms = planTerms(world, vault, { targets, prices }, given.fields);
  if (terms.purpose === RebalancePurpose.REBALANCE_PURPOSE_SETTLE)
    return { ...terms, source: undefined };
  if (!given.explicit) return terms;
  const actions = ASSETS.flatMap((assetId, place) => {
    const held = given.held[place] ?? 0;
    const percent = given.moves[place] ?? 0;
    const delta = percent < 0 ? -Math.floor((held * -percent) / 100) : percent;
    return delta === 0 ? [] : [move(assetId, String(delta))];
  });
  if (actions.length === 0) return terms;
  return { ...terms, source: { $case: 'explicitActions', value: { actions } } };
}

/** The same terms with both legs the other way round, as a manager may state it. */
async function turnedRound(terms: RebalanceTerms): Promise<RebalanceTerms> {
  const { actions } = await preview(world, terms);
  if (actions.length === 0) return terms;
  const sells = actions.filter(({ group }) => group !== 3).reverse();
  const buys = actions.filter(({ group }) => group === 3).reverse();
  const positions = [...sells, ...buys].map(({ assetId, side }) => ({ assetId, side }));
  return { ...terms, sequencing: { order: { $case: 'explicitOrder', value: { positions } } } };
}

describe('equal inputs', () => {
  const runs = campaignCount(100, 1_000);
  it(`give the hashes of the real run, in ${runs} random cases`, { timeout: 600_000 }, async () => {
    let executed = 0;
    const property = fc.asyncProperty(randomCase, async (given) => {
      const prices = ASSETS.map((assetId, place) => ({
        assetId,
        price: given.prices[place] ?? '1',
        lot: String(given.lots[place] ?? 1),
      }));
      const vault = await vaultOf(given, prices);
      const stated = termsOf(given, vault, prices);
      const terms = given.ownOrder ? await turnedRound(stated) : stated;
      const before = await preview(world, terms);
      const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
      const real = present(answer.rebalance, 'CreateRebalance answers with a rebalance');
      expect(planned(real)).toEqual(planned(before));
      const replayed = await world.orderGen.replayRebalance({ rebalanceId: real.rebalanceId });
      expect(replayed).toMatchObject({ equal: true, firstDifference: undefined });
      executed += real.actions.length;
    });
    await fc.assert(property, { seed: SEED, numRuns: runs, endOnFailure: true });
    expect(executed).toBeGreaterThan(runs);
  });
});
