import { randomUUID } from 'node:crypto';
import { createFromTemplate, createTrimtabClient, type TrimtabClient } from '@trimtab/client';
import { StrategyIntent_State as State } from '@trimtab/contracts/intent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIntentWorld, wireIntent, type IntentWorld } from './intent-world.js';

/** Nobody listens on the reserved port. */
const NOWHERE = '127.0.0.1:1';

describe('the client', () => {
  let world: IntentWorld;
  let client: TrimtabClient;
  beforeAll(async () => {
    world = await startIntentWorld();
    client = createTrimtabClient({
      addresses: { intent: world.address },
      token: () => world.tokenOf('alice', 'intent:write'),
    });
  });
  afterAll(async () => {
    client.close();
    await world.close();
  });

  it('creates, reads and changes an intent with requests that name only what they mean', async () => {
    const { intent } = await client.intents.createIntent({ intent: wireIntent() });
    const intentId = intent?.intentId ?? '';
    const paused = await client.intents.pauseIntent({ intentId });
    expect(paused.intent?.state).toBe(State.STATE_PAUSED);
    const { intents } = await client.intents.listIntents();
    expect(intents.map((found) => found.intentId)).toEqual([intentId]);
  });

  it('sends a request id, so that the key of the call is stored', async () => {
    const before = await world.rowCount('idempotency_keys');
    await client.intents.createIntent({ intent: wireIntent() });
    expect(await world.rowCount('idempotency_keys')).toBe(before + 1);
  });

  it('throws the reason and the fields of a refusal', async () => {
    const { config, constraints } = createFromTemplate('treasury', {
      config: { maturityDays: 400 },
    });
    const intent = wireIntent();
    const { maturityDays } = config;
    const { maxAnnualDriftBps } = constraints;
    const bad = {
      ...intent,
      config: { ...intent.config, maturityDays },
      constraints: { ...intent.constraints, maxAnnualDriftBps },
    };
    await expect(client.intents.createIntent({ intent: bad })).rejects.toMatchObject({
      error: {
        reason: 'INTENT_INVALID',
        violations: [{ field: 'intent.config.maturity_days', reason: 'FIELD_INVALID' }],
      },
    });
  });

  it('watches intents until the loop is left', async () => {
    const { intent } = await client.intents.createIntent({ intent: wireIntent() });
    const intentId = intent?.intentId ?? '';
    const states: (State | undefined)[] = [];
    for await (const change of client.watch.intents([intentId])) {
      states.push(change.intent?.state);
      if (states.length === 1) await client.intents.pauseIntent({ intentId });
      if (states.length === 2) break;
    }
    expect(states).toEqual([State.STATE_ACTIVE, State.STATE_PAUSED]);
  });

  it('tries again while nobody answers, and gives up inside the deadline', async () => {
    const lost = createTrimtabClient({ addresses: { intent: NOWHERE }, deadlineMs: 3_000 });
    await expect(lost.intents.getIntent({ intentId: randomUUID() })).rejects.toMatchObject({
      error: { kind: expect.stringMatching(/UNAVAILABLE|DEADLINE/) as string },
    });
    lost.close();
  });

  it('is refused without a token, by the service', async () => {
    const bare = createTrimtabClient({ addresses: { intent: world.address } });
    await expect(bare.intents.listIntents()).rejects.toMatchObject({
      error: { reason: 'UNAUTHENTICATED' },
    });
    bare.close();
  });
});
