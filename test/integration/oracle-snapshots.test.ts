import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  START,
  createOracleWorld,
  observe,
  refusal,
  register,
  rowCounts,
  take,
  type OracleWorld,
} from './oracle-world.js';

describe('snapshots of the oracle', () => {
  let world: OracleWorld;
  beforeEach(async () => {
    world = await createOracleWorld();
    await register(world, { assetId: 'WBTC', decimals: 8, lot: '10', minimumOrder: '20' });
    await register(world, { assetId: 'LTC', decimals: 8 });
    await observe(world, 'WBTC', { a: '7400.5', b: '7400.5' });
    await observe(world, 'LTC', { a: '134', b: '134.01', liar: '200' });
  });
  afterEach(() => world.close());

  it('freeze prices with all that is needed to trade them, by asset id', async () => {
    const snapshot = await take(world, ['WBTC', 'LTC', 'WBTC']);
    expect(snapshot).toMatchObject({
      denomination: 'USDC',
      takeTime: new Date(START),
      createTime: new Date(START),
      entries: [
        {
          assetId: 'LTC',
          priceDecimal: '134.01',
          confidenceDecimal: '0.01',
          dropped: [{ publisher: 'liar', reason: 1 }],
        },
        {
          assetId: 'WBTC',
          decimals: 8,
          lot: '10',
          minimumOrder: '20',
          priceDecimal: '7400.5',
          confidenceDecimal: '0',
          publishTime: new Date(START),
          publishers: ['a', 'b'],
          dropped: [],
        },
      ],
    });
    const found = await world.reader.getSnapshot({ snapshotHash: snapshot.snapshotHash });
    expect(found.snapshot).toEqual(snapshot);
  });

  it('of equal content are one snapshot, whose take time moves', async () => {
    const first = await take(world, ['WBTC', 'LTC']);
    world.clock.advanceMillis(1000);
    const second = await take(world, ['LTC', 'WBTC']);
    expect(second).toEqual({ ...first, takeTime: new Date(START + 1000) });
    expect((await rowCounts(world))['snapshots']).toBe(1);
    const found = await world.reader.getSnapshot({ snapshotHash: first.snapshotHash });
    expect(found.snapshot).toEqual(second);
  });

  it('of other content have other hashes', async () => {
    const first = await take(world, ['WBTC']);
    await world.admin.updateAsset({
      requestId: '',
      asset: { ...(await wbtc(world)), lot: '11' },
      updateMask: ['lot'],
    });
    const second = await take(world, ['WBTC']);
    expect(second.snapshotHash).not.toBe(first.snapshotHash);
    const old = await world.reader.getSnapshot({ snapshotHash: first.snapshotHash });
    expect(old.snapshot?.entries[0]?.lot).toBe('10');
  });

  it('have the denomination asset as header, whether it is named or not', async () => {
    const without = await take(world, ['WBTC']);
    const withIt = await take(world, ['USDC', 'WBTC']);
    expect(withIt.snapshotHash).toBe(without.snapshotHash);
    expect((await take(world, ['USDC'])).entries).toEqual([]);
  });

  it('are refused with each asset that is not healthy and why, and nothing is stored', async () => {
    await register(world, { assetId: 'NEW' });
    world.clock.advanceMillis(60_001);
    await observe(world, 'WBTC', { a: '7401', b: '7401' });
    const before = await rowCounts(world);
    const error = await refusal(take(world, ['NEW', 'WBTC', 'LTC']));
    expect(error).toMatchObject({
      kind: 'FAILED_PRECONDITION',
      reason: 'ASSET_NOT_HEALTHY',
      metadata: { asset_ids: 'LTC, NEW', 'state.LTC': 'STALE', 'state.NEW': 'NO_QUORUM' },
    });
    expect(error.message).toContain('LTC is STALE: every observation is older than 60 s');
    expect(error.message).toContain('NEW is NO_QUORUM: 0 of 2 publishers');
    expect(await rowCounts(world)).toEqual(before);
  });

  it('are refused while the breaker holds a price back', async () => {
    world.clock.advanceMillis(1000);
    await observe(world, 'WBTC', { a: '9000', b: '9000' });
    expect(await refusal(take(world, ['WBTC']))).toMatchObject({
      reason: 'ASSET_NOT_HEALTHY',
      metadata: { 'state.WBTC': 'HALTED' },
    });
  });

  it('are refused for unknown assets, no assets and ids that are none', async () => {
    expect(await refusal(take(world, ['WBTC', 'NOPE', 'NADA']))).toMatchObject({
      kind: 'NOT_FOUND',
      reason: 'ASSET_NOT_FOUND',
      metadata: { asset_ids: 'NADA, NOPE' },
    });
    expect((await refusal(take(world, []))).reason).toBe('FIELD_REQUIRED');
    expect(await refusal(take(world, ['WBTC', 'wbtc']))).toMatchObject({
      reason: 'FIELD_INVALID',
      violations: [{ field: 'asset_ids[1]' }],
    });
    expect((await rowCounts(world))['snapshots']).toBe(0);
  });

  it('with a request id are answered again as they were; with another body refused', async () => {
    const request = { requestId: randomUUID(), assetIds: ['WBTC'] };
    const twins = await Promise.all([1, 2, 3].map(() => world.reader.takeSnapshot(request)));
    world.clock.advanceMillis(5000);
    const again = await world.reader.takeSnapshot(request);
    expect(new Set(twins.map(({ snapshot }) => snapshot?.snapshotHash)).size).toBe(1);
    expect(again).toEqual(twins[0]);
    const other = world.reader.takeSnapshot({ ...request, assetIds: ['LTC'] });
    expect(await refusal(other)).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      reason: 'REQUEST_ID_REUSED',
    });
    const stranger = await world.client('stranger', ['engine']);
    const theirs = await stranger.takeSnapshot({ ...request, assetIds: ['LTC'] });
    expect(theirs.snapshot?.entries[0]?.assetId).toBe('LTC');
  });

  it('that are unknown are NOT_FOUND, and a hash must be one', async () => {
    const unknown = world.reader.getSnapshot({ snapshotHash: 'a'.repeat(64) });
    expect(await refusal(unknown)).toMatchObject({
      kind: 'NOT_FOUND',
      reason: 'SNAPSHOT_NOT_FOUND',
    });
    for (const snapshotHash of ['A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)]) {
      const error = await refusal(world.reader.getSnapshot({ snapshotHash }));
      expect(error.reason).toBe('FIELD_INVALID');
    }
  });

  it('survive a restart', async () => {
    const before = await take(world, ['WBTC', 'LTC']);
    await world.restart();
    const { snapshot } = await world.reader.getSnapshot({ snapshotHash: before.snapshotHash });
    expect(snapshot).toEqual(before);
    expect(await take(world, ['WBTC', 'LTC'])).toEqual(before);
  });
});

async function wbtc(world: OracleWorld) {
  const { assets } = await world.reader.listAssets({ pageSize: 0, pageToken: '', assetIds: [] });
  const found = assets.find(({ assetId }) => assetId === 'WBTC');
  if (found === undefined) throw new Error('WBTC is not registered');
  return found;
}
