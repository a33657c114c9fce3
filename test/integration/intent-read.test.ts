import { randomUUID } from 'node:crypto';
import type { IntentType } from '@trimtab/contracts/intent';
import { IntentServiceService, StrategyIntent_State as State } from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { createUserClient } from '@trimtab/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRequest,
  refusalOf,
  startIntentWorld,
  wireIntent,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;
let bob: IntentClient;
let admin: IntentClient;
const ids: string[] = [];

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  bob = await world.clientOf('bob', 'intent:write');
  admin = await world.clientOf('root', 'admin');
  for (const client of [alice, alice, alice, bob]) {
    const { intent } = await client.createIntent(createRequest(randomUUID()));
    ids.push(present(intent, 'the answer has an intent').intentId);
    world.clock.advanceMillis(1);
  }
  await world.database.pool.query(`update intents set state = 'PAUSED' where intent_id = $1`, [
    ids[1],
  ]);
});
afterAll(() => world.close());

const list = async (
  client: IntentClient,
  filter: { states?: State[]; owner?: string; pageSize?: number; pageToken?: string } = {},
) => client.listIntents({ pageSize: 0, pageToken: '', states: [], owner: '', ...filter });
const idsOf = async (...query: Parameters<typeof list>) =>
  (await list(...query)).intents.map(({ intentId }) => intentId);

describe('GetIntent', () => {
  it('shows an intent to its owner, to admin and to the engine', async () => {
    const engine = await world.clientOf('service:engine', 'engine');
    for (const client of [alice, admin, engine]) {
      const { intent } = await client.getIntent({ intentId: ids[0] ?? '' });
      expect(intent?.owner).toBe('alice');
    }
  });

  it('refuses others, unknown ids and no id', async () => {
    expect((await refusalOf(bob.getIntent({ intentId: ids[0] ?? '' }))).reason).toBe(
      'PERMISSION_DENIED',
    );
    const unknown = await refusalOf(alice.getIntent({ intentId: 'intent-1-a1b2c3d4' }));
    expect([unknown.kind, unknown.reason]).toEqual(['NOT_FOUND', 'INTENT_NOT_FOUND']);
    expect((await refusalOf(alice.getIntent({ intentId: '' }))).reason).toBe('FIELD_REQUIRED');
  });
});

describe('ListIntents', () => {
  it('lists the own intents by id, and those of everybody for admin', async () => {
    expect(await idsOf(alice)).toEqual(ids.slice(0, 3));
    expect(await idsOf(bob)).toEqual(ids.slice(3));
    expect(await idsOf(admin)).toEqual(ids);
  });

  it('filters by state and owner', async () => {
    expect(await idsOf(alice, { states: [State.STATE_PAUSED] })).toEqual([ids[1]]);
    expect(await idsOf(alice, { states: [State.STATE_PAUSED, State.STATE_ACTIVE] })).toEqual(
      ids.slice(0, 3),
    );
    expect(await idsOf(admin, { owner: 'bob' })).toEqual([ids[3]]);
    expect(await idsOf(alice, { owner: 'alice', states: [State.STATE_ERROR] })).toEqual([]);
  });

  it('refuses another owner, an unspecified state and a negative page size', async () => {
    expect((await refusalOf(list(alice, { owner: 'bob' }))).reason).toBe('PERMISSION_DENIED');
    const unspecified = await refusalOf(list(alice, { states: [State.STATE_UNSPECIFIED] }));
    expect(unspecified.violations).toMatchObject([{ field: 'states[0]' }]);
    expect((await refusalOf(list(alice, { pageSize: -1 }))).reason).toBe('FIELD_INVALID');
  });

  it('pages without gaps, with a token that is bound to the filter and empty at the end', async () => {
    const first = await list(alice, { pageSize: 2 });
    expect(first.intents.map(({ intentId }) => intentId)).toEqual(ids.slice(0, 2));
    const second = await list(alice, { pageSize: 2, pageToken: first.nextPageToken });
    expect(second.intents.map(({ intentId }) => intentId)).toEqual([ids[2]]);
    expect(second.nextPageToken).toBe('');
    expect((await list(alice, { pageSize: 3 })).nextPageToken).toBe('');
    const states = [State.STATE_ACTIVE];
    const moved = list(alice, { pageSize: 2, pageToken: first.nextPageToken, states });
    expect((await refusalOf(moved)).reason).toBe('PAGE_TOKEN_INVALID');
    expect(await idsOf(alice, { pageSize: 100_000 })).toHaveLength(3);
  });
});

describe('ValidateIntent', () => {
  it('answers errors and warnings of any message, and never refuses', async () => {
    const sound = await alice.validateIntent({ intent: wireIntent() });
    expect(sound).toMatchObject({ result: { valid: true, errors: [], warnings: [] } });
    expect(sound.derived?.expectedRollsPerYearCount).toBe(13);

    const empty = await alice.validateIntent({ intent: undefined });
    expect(empty.result?.valid).toBe(false);
    expect(empty.result?.errors.map(({ field }) => field)).toContain('config');
    expect(empty.derived).toBeUndefined();

    // Derived values follow from config and constraints, whatever else is wrong.
    const unnamed = await alice.validateIntent({ intent: wireIntent({ ticker: '' }) });
    expect(unnamed).toMatchObject({ result: { valid: false }, derived: { paperOptimal: true } });

    const odd = wireIntent({
      type: 99 as IntentType,
      ticker: '\u0000'.repeat(1000),
      collateral: { assetId: '__proto__', amountDecimal: '9'.repeat(10_000) },
      config: { maturityDays: -2_147_483_648, strikeRatioDecimal: 'NaN' },
    });
    const { result } = await alice.validateIntent({ intent: odd });
    expect(result?.errors.length).toBeGreaterThan(6);
    const type = result?.errors[0];
    expect(type).toMatchObject({ field: 'type', rule: 'ONE_OF', found: '"99"' });
    expect(type?.limit).toBe('one of treasury, hedge, leverage, yield, custom');
  });

  it('reports a vault id that cannot be one, as the creation does', async () => {
    const longest = 'v'.repeat(64);
    const { result } = await alice.validateIntent({ intent: wireIntent({ vaultId: longest }) });
    expect(result?.errors).toEqual([]);
    for (const vaultId of [`${longest}v`, 'v 1', 'v\n']) {
      const bad = await alice.validateIntent({ intent: wireIntent({ vaultId }) });
      expect(bad.result?.errors).toMatchObject([{ field: 'vault_id', rule: 'PATTERN' }]);
      const created = alice.createIntent({ requestId: '', intent: wireIntent({ vaultId }) });
      expect((await refusalOf(created)).violations).toMatchObject([
        { field: 'intent.vault_id', reason: 'FIELD_INVALID' },
      ]);
    }
  });

  it('stores nothing', async () => {
    const before = await world.rowCount('intents');
    await alice.validateIntent({ intent: wireIntent() });
    expect(await world.rowCount('intents')).toBe(before);
  });
});

describe('ListTemplates', () => {
  it('lists the five templates by type with derived values, without a token', async () => {
    const { nextPageToken, templates } = await alice.listTemplates({ pageSize: 2, pageToken: '' });
    expect(templates.map(({ label }) => label)).toEqual(['Treasury Management', 'Portfolio Hedge']);
    const rest = await alice.listTemplates({ pageSize: 0, pageToken: nextPageToken });
    expect(rest.templates.map(({ label }) => label)).toEqual([
      'Leveraged Exposure',
      'Yield Generation',
      'Custom Strategy',
    ]);
    expect(rest.nextPageToken).toBe('');
    expect(rest.templates[1]?.derived).toEqual({
      expectedRollsPerYearCount: 7,
      estimatedMaxAnnualCostBps: 70,
      paperOptimal: false,
    });
    const anybody = createUserClient({
      definition: IntentServiceService,
      address: world.address,
    });
    expect((await anybody.listTemplates({ pageSize: 0, pageToken: '' })).templates).toHaveLength(5);
    expect((await refusalOf(anybody.getIntent({ intentId: 'x' }))).reason).toBe('UNAUTHENTICATED');
    anybody.close();
  });
});
