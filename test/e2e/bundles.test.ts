import { canonicalJson } from '@trimtab/canonical';
import {
  connectClients,
  fetchBundle,
  tellSolverStory,
  tellTargetWeightsStory,
  type StoryReport,
} from '@trimtab/cli';
import { canonicalText, verifyBundle, verifyDocument, type Json } from '@trimtab/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, changesOfAll, sealBundle } from '../verify/changes.js';
import { startWorld, type World } from './world.js';

describe('bundles of the running services', () => {
  let world: World;
  let stories: readonly StoryReport[];
  const bundleOf = (place: number): Promise<string> =>
    fetchBundle(world.owner, stories[place]?.rebalance.rebalanceId ?? '');

  beforeAll(async () => {
    world = await startWorld({
      bus: 'in-process',
      script: [
        { index: 0, direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
        { assetId: 'LTC', direction: 'INCREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
      ],
    });
    const { suite, clock, operator, owner, output } = world;
    stories = [
      await tellTargetWeightsStory(owner, output),
      await tellSolverStory({ suite, clock, operator, owner }, output),
    ];
  });

  afterAll(() => world.end());

  it.each([0, 1])('verify: story %i', async (place) => {
    const text = await bundleOf(place);
    const verdict = verifyBundle(text);
    expect(verdict).toMatchObject({
      verified: true,
      bundle: { stateHash: stories[place]?.stateHash },
    });
    expect(canonicalText(JSON.parse(text) as Json)).toBe(text);
  });

  it('end in what the vault holds', async () => {
    const { holdings, rebalance } = JSON.parse(await bundleOf(0)) as {
      readonly rebalance: { readonly vaultId: string };
      readonly holdings: { readonly cash: string; readonly positions: readonly object[] };
    };
    const { vault } = await world.owner.vaults.getVault({ vaultId: rebalance.vaultId });
    expect(holdings.cash).toBe(vault?.cash);
    expect(holdings.positions).toEqual(
      vault?.positions.map(({ assetId, quantity }) => ({ assetId, side: 'LONG', quantity })),
    );
  });

  it('are refused with any single field changed, their own hash computed again or not', async () => {
    const bundle = JSON.parse(await bundleOf(0)) as Json;
    const changes = changesOfAll(bundle);
    const passed = changes.filter((change) => {
      const changed = apply(bundle, change);
      if (verifyBundle(canonicalJson(changed)).verified) return true;
      return change.field !== 'bundleHash' && verifyDocument(sealBundle(changed)).verified;
    });
    expect(passed).toEqual([]);
    expect(changes.length).toBeGreaterThan(300);
  });

  it('come in pieces of at most 64 KiB', async () => {
    const sizes: number[] = [];
    const rebalanceId = stories[1]?.rebalance.rebalanceId ?? '';
    for await (const { chunk } of world.owner.orderGen.exportRebalance({ rebalanceId })) {
      sizes.push(chunk.length);
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBe(65_536);
  });

  it('are shown to whoever may see the rebalance, and to nobody else', async () => {
    const rebalanceId = stories[0]?.rebalance.rebalanceId ?? '';
    const stranger = connectClients(world.suite, 'stranger', ['intent:write', 'rebalance:write']);
    await expect(fetchBundle(stranger, rebalanceId)).rejects.toMatchObject({
      error: { reason: 'PERMISSION_DENIED' },
    });
    stranger.close();
    expect(verifyBundle(await fetchBundle(world.operator, rebalanceId)).verified).toBe(true);
    await expect(fetchBundle(world.owner, 'no-such-rebalance')).rejects.toMatchObject({
      error: { reason: 'REBALANCE_NOT_FOUND' },
    });
  });
});
