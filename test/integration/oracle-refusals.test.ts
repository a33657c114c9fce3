import { randomUUID } from 'node:crypto';
import { Observation_Kind, Price_State, type Asset } from '@trimtab/contracts/oracle';
import { pageToken } from '@trimtab/grpc';
import { silentLogger } from '@trimtab/telemetry';
import { composeOracle } from '@trimtab/oracle';
import { testAuth } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SETTINGS,
  START,
  asset,
  createOracleWorld,
  observation,
  refusal,
  register,
  rowCounts,
  type OracleClient,
  type OracleWorld,
} from './oracle-world.js';

let world: OracleWorld;
let publisher: OracleClient;
beforeAll(async () => {
  world = await createOracleWorld();
  publisher = await world.client('publisher', ['price:write']);
  await register(world, { assetId: 'WBTC', publishers: ['publisher', 'other'] });
  await register(world, { assetId: 'OPEN' });
  await register(world, { assetId: 'FOREIGN', publishers: ['other', 'third'] });
});
afterAll(() => world.close());

/** Runs a call that must be refused, and checks that it stored nothing. */
async function refused(call: () => Promise<unknown>) {
  const before = await rowCounts(world);
  const error = await refusal(call());
  expect(await rowCounts(world)).toEqual(before);
  return error;
}

describe('registering an asset', () => {
  const registerWith = (fields: Partial<Asset>, requestId = '') => {
    const message = asset({ assetId: 'NEW', ...fields });
    return world.admin.registerAsset({ requestId, asset: message });
  };

  it.each<[Partial<Asset>, string, string]>([
    [{ assetId: '' }, 'FIELD_REQUIRED', 'asset.asset_id'],
    [{ assetId: 'new' }, 'FIELD_INVALID', 'asset.asset_id'],
    [{ decimals: 28 }, 'FIELD_INVALID', 'asset.decimals'],
    [{ lot: '0' }, 'FIELD_INVALID', 'asset.lot'],
    [{ lot: '1.5' }, 'DECIMAL_NOT_CANONICAL', 'asset.lot'],
    [{ minimumOrder: '-1' }, 'FIELD_INVALID', 'asset.minimum_order'],
    [{ maxAgeSeconds: 0 }, 'FIELD_INVALID', 'asset.max_age_seconds'],
    [{ heartbeatSeconds: 0 }, 'FIELD_INVALID', 'asset.heartbeat_seconds'],
    [{ deviationBps: 10_001 }, 'FIELD_INVALID', 'asset.deviation_bps'],
    [{ quorumCount: 0 }, 'FIELD_INVALID', 'asset.quorum_count'],
    [{ outlierBps: 0 }, 'FIELD_INVALID', 'asset.outlier_bps'],
    [{ breakerBps: 0 }, 'FIELD_INVALID', 'asset.breaker_bps'],
    [{ publishers: ['a', 'a'] }, 'DUPLICATE_ID', 'asset.publishers[1]'],
  ])('refuses %o with %s', async (fields, reason, field) => {
    const error = await refused(() => registerWith(fields, randomUUID()));
    expect(error).toMatchObject({ kind: 'INVALID_ARGUMENT', reason, violations: [{ field }] });
  });

  it('refuses an absent asset, a bad request id, and an id that is taken', async () => {
    const absent = () => world.admin.registerAsset({ requestId: '', asset: undefined });
    expect((await refused(absent)).reason).toBe('FIELD_REQUIRED');
    const badId = await refused(() => registerWith({}, 'not-a-uuid'));
    expect(badId.violations).toMatchObject([{ field: 'request_id', reason: 'FIELD_INVALID' }]);
    const taken = await refused(() => registerWith({ assetId: 'WBTC' }, randomUUID()));
    expect(taken).toMatchObject({ kind: 'ALREADY_EXISTS', reason: 'ASSET_EXISTS' });
    const denomination = await refused(() => registerWith({ assetId: 'USDC' }));
    expect(denomination.reason).toBe('ASSET_EXISTS');
  });

  it('has one effect per request id, for twins at once too', async () => {
    const request = { requestId: randomUUID(), asset: asset({ assetId: 'TWIN' }) };
    const twins = await Promise.all([1, 2, 3, 4].map(() => world.admin.registerAsset(request)));
    expect(twins.every(({ asset: one }) => one?.version === 1n)).toBe(true);
    const other = { ...request, asset: asset({ assetId: 'TWIN', lot: '2' }) };
    expect((await refused(() => world.admin.registerAsset(other))).reason).toBe(
      'REQUEST_ID_REUSED',
    );
  });
});

describe('updating an asset', () => {
  const update = (fields: Partial<Asset>, updateMask?: string[]) =>
    world.admin.updateAsset({
      requestId: '',
      asset: asset({ decimals: 0, ...fields }),
      updateMask,
    });

  it('changes what is named, raises the version, and refuses the rest', async () => {
    await register(world, { assetId: 'UPD', lot: '5' });
    const updated = await update({ assetId: 'UPD', outlierBps: 50 });
    expect(updated.asset).toMatchObject({ outlierBps: 50, lot: '5', version: 2n });
    expect((await refused(() => update({ assetId: 'NOPE' }))).reason).toBe('ASSET_NOT_FOUND');
    expect((await refused(() => update({ assetId: '' }))).reason).toBe('FIELD_REQUIRED');
    const decimals = await refused(() => update({ assetId: 'UPD', decimals: 9 }));
    expect(decimals.reason).toBe('FIELD_IMMUTABLE');
    const mask = await refused(() => update({ assetId: 'UPD' }, ['colour']));
    expect(mask.violations).toMatchObject([{ field: 'update_mask.paths[0]' }]);
  });
});

describe('submitting observations', () => {
  const submit = (observations: ReturnType<typeof observation>[]) =>
    publisher.submitObservations({ observations, requestId: '' });

  it('refuses each bad one with its index and reason, and takes the others', async () => {
    const at = world.clock.now();
    const answer = await submit([
      observation('OPEN', '100', at),
      observation('NOPE', '100', at),
      observation('FOREIGN', '100', at),
      observation('USDC', '1', at),
      observation('WBTC', '100.0', at),
      observation('WBTC', '0', at),
      observation('WBTC', '100', at + 5001),
      observation('WBTC', '100', at, { kind: Observation_Kind.KIND_UNSPECIFIED }),
      observation('WBTC', '100', at, { observeTime: undefined }),
      observation('WBTC', '100', at, { sequence: -1n }),
      observation('WBTC', '100', at, { kind: 99 as Observation_Kind }),
      observation('WBTC', '100', at, { sequence: 9_007_199_254_740_992n }),
      observation('WBTC', '100', at + 5000, { publisher: 'somebody-else' }),
    ]);
    expect([answer.acceptedCount, answer.ignoredCount]).toEqual([2, 0]);
    expect(answer.refusals.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'ASSET_NOT_FOUND'],
      [2, 'PUBLISHER_NOT_ALLOWED'],
      [3, 'FIELD_INVALID'],
      [4, 'DECIMAL_NOT_CANONICAL'],
      [5, 'FIELD_INVALID'],
      [6, 'OBSERVATION_IN_FUTURE'],
      [7, 'FIELD_REQUIRED'],
      [8, 'FIELD_REQUIRED'],
      [9, 'FIELD_INVALID'],
      [10, 'FIELD_INVALID'],
      [11, 'FIELD_INVALID'],
    ]);
    const rows = await world.database.kysely.selectFrom('observations').selectAll().execute();
    const stored = rows.map((row) => [row.asset_id, row.publisher]).sort();
    expect(stored).toEqual([
      ['OPEN', 'publisher'],
      ['WBTC', 'publisher'],
    ]);
  });

  it('ignores and counts what is known, lower or older', async () => {
    await register(world, { assetId: 'SEQ' });
    const one = (sequence: bigint, millis: number) =>
      observation('SEQ', '100', START + millis, { sequence });
    const taken = await submit([one(5n, 0)]);
    const late = await submit([one(5n, 0), one(4n, 1), one(6n, -1), one(6n, 0), one(7n, 2)]);
    expect([taken.acceptedCount, late.acceptedCount, late.ignoredCount]).toEqual([1, 2, 3]);
  });

  it('refuses a publisher whose subject cannot be evidence', async () => {
    const odd = await world.client('with space', ['price:write']);
    const observations = [observation('OPEN', '100', START)];
    const error = await refused(() => odd.submitObservations({ observations, requestId: '' }));
    expect(error).toMatchObject({ kind: 'PERMISSION_DENIED', reason: 'PUBLISHER_NOT_ALLOWED' });
  });

  it('takes 1 000 at once and refuses 1 001 and none', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        observation('OPEN', '100', START + 1, { sequence: BigInt(START + 1 + index) }),
      );
    expect((await submit(many(1000))).acceptedCount).toBe(1000);
    expect(await refused(() => submit(many(1001)))).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      reason: 'BATCH_TOO_LARGE',
    });
    expect((await refused(() => submit([]))).reason).toBe('FIELD_REQUIRED');
  });
});

describe('reading prices', () => {
  it('refuses an unknown asset, a bad id, a time with no price and one to come', async () => {
    const get = (assetId: string, readTime?: Date) => world.reader.getPrice({ assetId, readTime });
    expect(await refused(() => get('NOPE'))).toMatchObject({
      kind: 'NOT_FOUND',
      reason: 'ASSET_NOT_FOUND',
    });
    expect((await refused(() => get(''))).reason).toBe('FIELD_REQUIRED');
    expect((await refused(() => get('open'))).reason).toBe('FIELD_INVALID');
    expect(await refused(() => get('FOREIGN', new Date(START)))).toMatchObject({
      kind: 'FAILED_PRECONDITION',
      reason: 'PRICE_MISSING',
    });
    const future = new Date(world.clock.now() + 1);
    expect((await refused(() => get('OPEN', future))).reason).toBe('FIELD_INVALID');
  });

  it('refuses a bad page and an unspecified state', async () => {
    const list = (
      fields: Partial<{ pageSize: number; pageToken: string; states: Price_State[] }>,
    ) =>
      world.reader.listPrices({ pageSize: 1, pageToken: '', assetIds: [], states: [], ...fields });
    expect((await refused(() => list({ pageSize: -1 }))).reason).toBe('FIELD_INVALID');
    expect((await refused(() => list({ pageToken: 'x' }))).reason).toBe('PAGE_TOKEN_INVALID');
    const states = [Price_State.STATE_UNSPECIFIED];
    expect((await refused(() => list({ states }))).reason).toBe('FIELD_INVALID');
    const nul = world.reader.listPrices({
      pageSize: 1,
      pageToken: '',
      assetIds: ['WBTC', 'A\u0000'],
      states: [],
    });
    expect((await refusal(nul)).violations).toMatchObject([{ field: 'asset_ids[1]' }]);
    const forged = pageToken([''], 'A\u0000');
    expect((await refused(() => list({ pageToken: forged }))).reason).toBe('PAGE_TOKEN_INVALID');
    const { nextPageToken } = await list({});
    const otherFilter = () =>
      list({ pageToken: nextPageToken, states: [Price_State.STATE_NO_QUORUM] });
    expect((await refused(otherFilter)).reason).toBe('PAGE_TOKEN_INVALID');
  });

  it('refuses to watch unknown assets, ids that are none, and from sequences that are not kept', async () => {
    const watch = (assetIds: string[], afterSequence?: bigint) => async () => {
      for await (const one of world.reader.watchPrices({ assetIds, afterSequence })) {
        expect(one).toBe(undefined);
      }
    };
    expect((await refused(watch(['NOPE', 'WBTC']))).reason).toBe('ASSET_NOT_FOUND');
    expect((await refused(watch(['wbtc']))).reason).toBe('FIELD_INVALID');
    for (const sequence of [-1n, 1_000_000n]) {
      expect(await refused(watch([], sequence))).toMatchObject({
        kind: 'OUT_OF_RANGE',
        reason: 'SEQUENCE_OUT_OF_RANGE',
        metadata: { after_sequence: sequence.toString(), first: '0' },
      });
    }
  });
});

describe('who may call', () => {
  it('is checked before anything else', async () => {
    const nobody = await world.client('nobody', []);
    const calls: (() => Promise<unknown>)[] = [
      () => nobody.registerAsset({ requestId: '', asset: undefined }),
      () => nobody.updateAsset({ requestId: '', asset: undefined, updateMask: undefined }),
      () => nobody.submitObservations({ observations: [], requestId: '' }),
      () => nobody.takeSnapshot({ assetIds: [], requestId: '' }),
    ];
    for (const call of calls) {
      expect((await refused(call)).kind).toBe('PERMISSION_DENIED');
    }
    const { assets } = await nobody.listAssets({ pageSize: 500, pageToken: '', assetIds: [] });
    expect(assets.map(({ assetId }) => assetId)).toContain('USDC');
  });
});

describe('the denomination asset', () => {
  it('cannot change once prices are stored in it', async () => {
    const { authenticator } = await testAuth();
    const other = composeOracle(
      { ...SETTINGS, DENOMINATION_DECIMALS: 18 },
      { clock: world.clock, database: world.database, authenticator, logger: silentLogger() },
    );
    await expect(other.start()).rejects.toThrow(
      'prices are stored in USDC with 6 decimals, configured was USDC with 18',
    );
  });

  it('is registered once by replicas that start at the same time', async () => {
    const replicas = await createOracleWorld(4);
    const { assets } = await replicas.reader.listAssets({
      pageSize: 0,
      pageToken: '',
      assetIds: [],
    });
    await replicas.close();
    expect(assets.map((one) => [one.assetId, one.denomination])).toEqual([['USDC', true]]);
  });
});
