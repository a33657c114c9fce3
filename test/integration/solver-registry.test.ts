import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterKind, LiquidityProfile, Strategy_State } from '@trimtab/contracts/solver';
import {
  NOW,
  policy,
  refusalOf,
  startSolverWorld,
  strategy,
  strategySnapshot,
  type SolverWorld,
} from './solver-world.js';

let world: SolverWorld;

beforeAll(async () => {
  world = await startSolverWorld();
  await world.client.upsertStrategy({ requestId: '', strategy: strategy('kamino') });
});
afterAll(() => world.close());

describe('the registry', () => {
  it('versions a strategy when it changes, and only then', async () => {
    const { client } = world;
    const put = async (changes: Parameters<typeof strategy>[1]) =>
      (await client.upsertStrategy({ requestId: '', strategy: strategy('solo', changes) })).strategy
        ?.version;
    expect(await put({})).toBe(1n);
    expect(await put({})).toBe(1n);
    expect(await put({ state: Strategy_State.STATE_PAUSED })).toBe(2n);
  });

  it('versions the settings of a manager when they change, and only then', async () => {
    const { client } = world;
    const put = async (allowedStrategies: string[], maxNotional: string) => {
      const times = { createTime: undefined, updateTime: undefined };
      const settings = {
        managerId: 'lasting',
        allowedStrategies,
        maxNotional,
        version: 0n,
        ...times,
      };
      return (await client.upsertManager({ requestId: '', manager: settings })).manager?.version;
    };
    expect(await put(['kamino'], '5')).toBe(1n);
    expect(await put(['kamino'], '5')).toBe(1n);
    expect(await put(['kamino'], '')).toBe(2n);
    expect(await put([], '')).toBe(3n);
  });

  it('refuses a share that another strategy has, and another share for a strategy', async () => {
    const { client } = world;
    const taken = strategy('thief', { assetId: 'KAMINO' });
    expect(
      await refusalOf(client.upsertStrategy({ requestId: '', strategy: taken })),
    ).toMatchObject({
      kind: 'ALREADY_EXISTS',
      reason: 'STRATEGY_ASSET_TAKEN',
    });
    const moved = strategy('kamino', { assetId: 'ELSEWHERE' });
    const error = await refusalOf(client.upsertStrategy({ requestId: '', strategy: moved }));
    expect(error.violations).toMatchObject([
      { field: 'strategy.asset_id', reason: 'FIELD_IMMUTABLE' },
    ]);
  });

  it.each([
    [{ strategyCapBps: 10_001 }, 'strategy.strategy_cap_bps WEIGHT_OUT_OF_RANGE'],
    [{ state: Strategy_State.STATE_UNSPECIFIED }, 'strategy.state FIELD_REQUIRED'],
    [{ adapterKind: AdapterKind.ADAPTER_KIND_UNSPECIFIED }, 'strategy.adapter_kind FIELD_REQUIRED'],
    [{ assetId: 'lower' }, 'strategy.asset_id FIELD_INVALID'],
    [{ protocol: '' }, 'strategy.protocol FIELD_REQUIRED'],
    [{ grossApySources: ['a', 'b', 'a'] }, 'strategy.gross_apy_sources[2] DUPLICATE_ID'],
  ])('refuses the strategy %j', async (changes, violation) => {
    const before = await world.rowCount('strategies');
    const call = world.client.upsertStrategy({ requestId: '', strategy: strategy('bad', changes) });
    const { violations } = await refusalOf(call);
    expect(violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([violation]);
    expect(await world.rowCount('strategies')).toBe(before);
  });

  it('stores a batch of snapshots all or none', async () => {
    const submit = (...snapshots: readonly ReturnType<typeof strategySnapshot>[]) =>
      world.client.submitStrategySnapshots({ requestId: '', snapshots: [...snapshots] });
    const unknown = await refusalOf(submit(strategySnapshot('solo'), strategySnapshot('nobody')));
    expect(unknown.reason).toBe('STRATEGY_NOT_FOUND');
    const bad = await refusalOf(
      submit(
        strategySnapshot('solo', { feeBps: -1 }),
        strategySnapshot('solo', {
          liquidityProfile: LiquidityProfile.LIQUIDITY_PROFILE_UNSPECIFIED,
        }),
      ),
    );
    expect(bad.violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'snapshots[1] DUPLICATE_ID',
      'snapshots[1].liquidity_profile FIELD_REQUIRED',
      'snapshots[0].fee_bps FIELD_INVALID',
    ]);
    const listed = await world.client.listStrategies({
      pageSize: 0,
      pageToken: '',
      states: [],
      strategyIds: ['solo'],
    });
    expect(listed.strategies[0]?.snapshot).toBeUndefined();
    expect((await submit(strategySnapshot('solo'))).snapshots[0]?.version).toBe(1n);
    expect((await submit(strategySnapshot('solo'))).snapshots[0]?.version).toBe(2n);
  });

  it('takes snapshots up to 5 s in the future and refuses one of a millisecond more', async () => {
    await world.client.upsertStrategy({ requestId: '', strategy: strategy('early') });
    const submit = (millis: number) => {
      const observeTime = new Date(NOW + millis);
      const snapshots = [strategySnapshot('early', { observeTime })];
      return world.client.submitStrategySnapshots({ requestId: '', snapshots });
    };
    const { violations } = await refusalOf(submit(5001));
    expect(violations).toEqual([
      {
        field: 'snapshots[0].observe_time',
        reason: 'OBSERVATION_IN_FUTURE',
        message:
          'was 2018-04-04T00:00:05.001Z, must be at most 2018-04-04T00:00:05.000Z, 5 s from now',
      },
    ]);
    expect((await submit(5000)).snapshots[0]).toMatchObject({
      version: 1n,
      observeTime: new Date(NOW + 5000),
    });
  });

  it('names the version of a policy that is not there', async () => {
    const { client } = world;
    await client.upsertPolicy({ requestId: '', policy: policy({ policyId: 'young' }) });
    const error = await refusalOf(client.getPolicy({ policyId: 'young', version: 2n }));
    expect(error).toMatchObject({
      reason: 'POLICY_NOT_FOUND',
      message: 'there is no version 2 of policy "young"',
      metadata: { policy_id: 'young', version: '2' },
    });
  });

  it('changes a policy only for who knows its latest etag', async () => {
    const { client } = world;
    const put = async (etag: string, minLiquidReserveBps: number) =>
      client.upsertPolicy({
        requestId: '',
        policy: policy({ policyId: 'etags', etag, minLiquidReserveBps }),
      });
    const { policy: first } = await put('', 1);
    expect((await refusalOf(put('', 2))).reason).toBe('ETAG_MISMATCH');
    const { policy: second } = await put(first?.etag ?? '', 2);
    expect(second?.version).toBe(2n);
    expect((await refusalOf(put(first?.etag ?? '', 3))).kind).toBe('ABORTED');
    const old = await client.getPolicy({ policyId: 'etags', version: 1n });
    expect(old.policy?.minLiquidReserveBps).toBe(1);
    const latest = await client.getPolicy({ policyId: 'etags', version: undefined });
    expect(latest.policy).toEqual(second);
  });

  it('T10: refuses a policy whose reserve is above 3000', async () => {
    const before = await world.rowCount('policies');
    const tooMuch = policy({ policyId: 'hoard', minLiquidReserveBps: 3001 });
    const error = await refusalOf(world.client.upsertPolicy({ requestId: '', policy: tooMuch }));
    expect(error.violations).toMatchObject([{ field: 'policy.min_liquid_reserve_bps' }]);
    expect(await world.rowCount('policies')).toBe(before);
  });
});
