import { Observation_Kind, Price_State, type Asset } from '@trimtab/contracts/oracle';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asset,
  createOracleWorld,
  observation,
  observe,
  priceOf,
  refusal,
  register,
  type OracleClient,
  type OracleWorld,
} from './oracle-world.js';

const MODEL = 'engine-oracle';
const MAKER = 'engine-market-maker';

describe('halves of option series', () => {
  let world: OracleWorld;
  let engine: OracleClient;
  beforeAll(async () => {
    world = await createOracleWorld(1, { settings: { CLOCK_POLL_MILLIS: 10 } });
    engine = await world.client(MODEL, ['engine', 'price:write']);
    await register(world, { assetId: 'WBTC', decimals: 8, lot: '10', minimumOrder: '100' });
  });
  afterAll(() => world.close());

  /** A half of a series of WBTC as it has to be registered, but for what a test changes. */
  const half = (assetId: string, fields: Partial<Asset> = {}) => ({
    requestId: '',
    asset: asset({
      assetId,
      decimals: 8,
      lot: '10',
      minimumOrder: '100',
      quorumCount: 1,
      breakerBps: 10_000,
      publishers: [MODEL, MAKER],
      ...fields,
    }),
  });

  it('are registered by the engine, both of a series, once', async () => {
    for (const assetId of ['P-BTC-30000-20260801', 'N-BTC-30000-20260801']) {
      const { asset: registered } = await engine.registerAsset(half(assetId));
      expect(registered).toMatchObject({ assetId, lot: '10', publishers: [MAKER, MODEL] });
      expect((await refusal(engine.registerAsset(half(assetId)))).reason).toBe('ASSET_EXISTS');
    }
  });

  it.each(['WETH', 'BTC-30000-20260801', 'X-BTC-30000-20260801', 'P-BTC-30000-20260231'])(
    'are all that the engine may register: not %s',
    async (assetId) => {
      const refused = await refusal(engine.registerAsset(half(assetId)));
      expect(refused).toMatchObject({
        kind: 'PERMISSION_DENIED',
        reason: 'PERMISSION_DENIED',
        metadata: { asset_id: assetId, required: 'scope admin' },
      });
      expect(refused.message).toContain(`"${assetId}" is no series`);
      await world.admin.registerAsset(half(assetId));
    },
  );

  it('have the terms of their base, and each other term is named', async () => {
    const other = half('P-BTC-1-20260801', { decimals: 6, lot: '', minimumOrder: '99' });
    const refused = await refusal(engine.registerAsset(other));
    expect(refused).toMatchObject({ kind: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' });
    expect(refused.violations.map(({ field, message }) => `${field} ${message}`)).toEqual([
      'asset.decimals was 6, must be 8 as of WBTC, which the series splits',
      'asset.lot was 1, must be 10 as of WBTC, which the series splits',
      'asset.minimum_order was 99, must be 100 as of WBTC, which the series splits',
    ]);
    const open = half('P-BTC-1-20260801', { publishers: [] });
    expect((await refusal(engine.registerAsset(open))).message).toContain('publishers');
  });

  it('have a base that is registered', async () => {
    const refused = await refusal(engine.registerAsset(half('P-XRP-1-20260801')));
    expect(refused).toMatchObject({
      reason: 'ASSET_NOT_FOUND',
      metadata: { asset_ids: 'XRP' },
    });
  });

  it('are changed by administrators only, as every asset', async () => {
    const changed = { ...half('P-BTC-30000-20260801'), updateMask: undefined };
    expect((await refusal(engine.updateAsset(changed))).kind).toBe('PERMISSION_DENIED');
  });

  it('are priced by one publisher and quoted by another in the same millisecond', async () => {
    const assetId = 'P-BTC-7-20260801';
    await engine.registerAsset(half(assetId));
    const maker = await world.client(MAKER, ['engine', 'price:write']);
    const now = world.clock.now();
    const quote = observation(assetId, '', now, {
      kind: Observation_Kind.KIND_QUOTE,
      bidDecimal: '6.9',
      askDecimal: '7.1',
    });
    const observations = [observation(assetId, '7', now)];
    const priced = await engine.submitObservations({ observations, requestId: '' });
    const quoted = await maker.submitObservations({ observations: [quote], requestId: '' });
    expect([priced.acceptedCount, quoted.acceptedCount]).toEqual([1, 1]);
    const answer = await world.reader.getPrice({ assetId, readTime: undefined });
    expect(answer.price).toMatchObject({ priceDecimal: '7', state: Price_State.STATE_HEALTHY });
    expect(answer.quotes).toMatchObject([
      { publisher: MAKER, bidDecimal: '6.9', askDecimal: '7.1', observeTime: new Date(now) },
    ]);
    // Of one publisher the two kinds share one sequence for an asset: the second is known already.
    const same = await engine.submitObservations({ observations: [quote], requestId: '' });
    expect([same.acceptedCount, same.ignoredCount]).toEqual([0, 1]);
  });

  it('become STALE once when they are priced no more, and then nothing', async () => {
    const assetId = 'N-BTC-8-20260801';
    await engine.registerAsset(half(assetId, { maxAgeSeconds: 30, heartbeatSeconds: 20 }));
    await observe(world, assetId, { [MODEL]: '5' });
    const changes = async () => {
      const { rows } = await world.database.pool.query<{ cause: string; state: string }>(
        'select cause, state from prices where asset_id = $1 order by sequence',
        [assetId],
      );
      return rows.map(({ cause, state }) => `${cause} ${state}`);
    };
    world.clock.advanceMillis(30_001);
    await eventually(async () => ((await changes()).length === 2 ? true : undefined));
    for (let heartbeats = 0; heartbeats < 5; heartbeats += 1) {
      world.clock.advanceMillis(20_000);
      // The last published price still answers, with its time and that it is STALE.
      expect(await priceOf(world, assetId)).toMatchObject({
        priceDecimal: '5',
        state: Price_State.STATE_STALE,
      });
    }
    expect(await changes()).toEqual(['FIRST HEALTHY', 'STATE STALE']);
  });
});
