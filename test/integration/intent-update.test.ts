import { randomUUID } from 'node:crypto';
import {
  NotificationChannel,
  Triggers,
  UpdateIntentRequest,
  type StrategyIntent,
  type WatchIntentsRequest,
  type WatchIntentsResponse,
} from '@trimtab/contracts/intent';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  LOST,
  refusalOf,
  startIntentWorld,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;
let bob: IntentClient;
let admin: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
  bob = await world.clientOf('bob', 'intent:write');
  admin = await world.clientOf('root', 'admin');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query('truncate intents, idempotency_keys cascade');
  world.fake.vaults.clear();
});

async function created(client = alice): Promise<StrategyIntent> {
  const { intent } = await client.createIntent(createRequest(randomUUID()));
  if (intent === undefined) throw new Error('CreateIntent answers an intent');
  return intent;
}

function update(
  { intentId, etag }: StrategyIntent,
  change: Partial<UpdateIntentRequest>,
): UpdateIntentRequest {
  const empty = UpdateIntentRequest.fromPartial({});
  return { ...empty, requestId: randomUUID(), intentId, etag, ...change };
}

describe('UpdateIntent', () => {
  it('changes what is set, keeps the rest, and gives another etag', async () => {
    const intent = await created();
    const { intent: changed, warnings } = await alice.updateIntent(
      update(intent, {
        config: { strikeRatioDecimal: '0.55', maturityDays: 45 },
        constraints: { maxAnnualDriftBps: 600 },
        notifications: { channels: [NotificationChannel.NOTIFICATION_CHANNEL_EMAIL] },
        triggers: Triggers.fromPartial({ cooldownSeconds: 60 }),
      }),
    );
    expect(changed).toMatchObject({
      config: { ...intent.config, strikeRatioDecimal: '0.55', maturityDays: 45 },
      constraints: { ...intent.constraints, maxAnnualDriftBps: 600 },
      notifications: {
        ...intent.notifications,
        channels: [NotificationChannel.NOTIFICATION_CHANNEL_EMAIL],
      },
      triggers: { cooldownSeconds: 60 },
      derived: { expectedRollsPerYearCount: 9, paperOptimal: false },
      ticker: intent.ticker,
      collateral: intent.collateral,
    });
    expect(changed?.etag).not.toBe(intent.etag);
    expect(warnings.map(({ rule }) => rule)).toEqual([
      'TREASURY_HIGH_DRIFT',
      'STOP_LOSS_WITHIN_DRIFT',
    ]);
    expect((await alice.getIntent({ intentId: intent.intentId })).intent).toEqual(changed);
  });

  it('removes a trigger that the mask names and the request leaves out', async () => {
    const intent = await created();
    const { intent: set } = await alice.updateIntent(
      update(intent, {
        triggers: Triggers.fromPartial({
          cooldownSeconds: 60,
          slippageBudget: { budgetBps: 5, windowSeconds: 60 },
        }),
      }),
    );
    const { intent: removed } = await alice.updateIntent(
      update({ ...intent, etag: set?.etag ?? '' }, { updateMask: ['triggers.slippage_budget'] }),
    );
    expect(removed?.triggers).toMatchObject({ cooldownSeconds: 60 });
    expect(removed?.triggers?.slippageBudget).toBeUndefined();
  });

  it('checks the whole intent and names every error; nothing changes', async () => {
    const intent = await created();
    const error = await refusalOf(
      alice.updateIntent(
        update(intent, {
          config: { maturityDays: 366 },
          // The collateral was within the limit that there was.
          constraints: { maxCapitalDecimal: '10' },
        }),
      ),
    );
    expect(error.reason).toBe('INTENT_INVALID');
    expect(error.violations.map(({ field }) => field)).toEqual([
      'collateral.amount_decimal',
      'config.maturity_days',
    ]);
    expect((await alice.getIntent({ intentId: intent.intentId })).intent).toEqual(intent);
  });

  it('asks for the etag and refuses an old one', async () => {
    const intent = await created();
    const bare = update({ ...intent, etag: '' }, {});
    expect((await refusalOf(alice.updateIntent(bare))).violations).toMatchObject([
      { field: 'etag', reason: 'FIELD_REQUIRED' },
    ]);
    await alice.updateIntent(update(intent, { config: { maturityDays: 31 } }));
    const late = update(intent, { config: { maturityDays: 32 } });
    expect((await refusalOf(alice.updateIntent(late))).reason).toBe('ETAG_MISMATCH');
  });

  it('answers a repeat before it looks at the etag', async () => {
    const intent = await created();
    const request = update(intent, { config: { maturityDays: 31 } });
    const first = await alice.updateIntent(request);
    expect(await alice.updateIntent(request)).toEqual(first);
    // Whatever the caller knows by now: the id is looked at before the etag.
    const etag = first.intent?.etag ?? '';
    expect(await alice.updateIntent({ ...request, etag })).toEqual(first);
    const other = { ...request, config: undefined };
    expect((await refusalOf(alice.updateIntent(other))).reason).toBe('REQUEST_ID_REUSED');
  });

  it.each(['ticker', 'collateral', 'allocation'])('refuses the mask path %s', async (path) => {
    const intent = await created();
    const error = await refusalOf(alice.updateIntent(update(intent, { updateMask: [path] })));
    expect(error.violations).toMatchObject([{ field: 'update_mask', reason: 'FIELD_IMMUTABLE' }]);
  });

  it('is refused for others than the owner, for terminal intents and before the activation ends', async () => {
    const intent = await created();
    expect((await refusalOf(bob.updateIntent(update(intent, {})))).reason).toBe(
      'PERMISSION_DENIED',
    );
    const unknown = update({ ...intent, intentId: 'intent-1-00000000' }, {});
    expect((await refusalOf(alice.updateIntent(unknown))).reason).toBe('INTENT_NOT_FOUND');
    const { pool } = world.database;
    await pool.query("update intents set activation_step = 'DERIVED'");
    expect((await refusalOf(alice.updateIntent(update(intent, {})))).reason).toBe(
      'INTENT_NOT_ACTIVATED',
    );
    await pool.query("update intents set state = 'CANCELLED'");
    const error = await refusalOf(alice.updateIntent(update(intent, {})));
    expect([error.reason, error.message]).toEqual([
      'INTENT_TERMINAL',
      'intent is completed/cancelled and cannot be modified',
    ]);
  });

  it('makes a new max_capital the deposit limit of the vault, later if it must', async () => {
    const intent = await created();
    world.fake.failNext('setDepositLimit', LOST);
    const change = { constraints: { maxCapitalDecimal: '60000' } };
    const { intent: changed } = await alice.updateIntent(update(intent, change));
    expect(changed?.constraints?.maxCapitalDecimal).toBe('60000');
    const limit = await eventually(() =>
      Promise.resolve(world.fake.vaults.get(intent.vaultId)?.depositLimit),
    );
    expect(limit).toBe(60_000_000_000n);
  });
});

describe('WatchIntents', () => {
  async function take(
    client: IntentClient,
    count: number,
    request: Partial<WatchIntentsRequest> = {},
  ): Promise<readonly WatchIntentsResponse[]> {
    const seen: WatchIntentsResponse[] = [];
    if (count === 0) return seen;
    for await (const change of client.watchIntents({ intentIds: [], ...request })) {
      seen.push(change);
      if (seen.length === count) break;
    }
    return seen;
  }

  it('starts with the intents now, then tells every change in its order', async () => {
    const first = await created();
    const second = await created();
    const watching = take(alice, 4);
    await alice.pauseIntent({ requestId: randomUUID(), intentId: first.intentId, etag: '' });
    await alice.resumeIntent({ requestId: randomUUID(), intentId: first.intentId, etag: '' });
    const seen = await watching;
    expect(seen.map(({ intent }) => intent?.intentId)).toEqual([
      first.intentId,
      second.intentId,
      first.intentId,
      first.intentId,
    ]);
    const sequences = seen.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => Number(a - b)));
  });

  it('resumes after a sequence without gap or repeat, wherever it was left', async () => {
    const { intentId } = await created();
    for (let round = 0; round < 5; round += 1) {
      await alice.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
      await alice.resumeIntent({ requestId: randomUUID(), intentId, etag: '' });
    }
    const { rows } = await world.database.pool.query<{ sequence: string }>(
      'select sequence from intent_changes order by sequence',
    );
    const all = rows.map(({ sequence }) => BigInt(sequence));
    for (const [index, sequence] of all.entries()) {
      const rest = await take(alice, all.length - index - 1, { afterSequence: sequence });
      expect(rest.map((change) => change.sequence)).toEqual(all.slice(index + 1));
    }
  });

  it('shows owners their own intents, an admin all, and only those that are named', async () => {
    const hers = await created();
    const his = await created(bob);
    expect((await take(bob, 1)).map(({ intent }) => intent?.intentId)).toEqual([his.intentId]);
    expect((await take(admin, 2)).map(({ intent }) => intent?.owner)).toEqual(['alice', 'bob']);
    const named = await take(admin, 1, { intentIds: [his.intentId] });
    expect(named.map(({ intent }) => intent?.intentId)).toEqual([his.intentId]);
    const stop = new AbortController();
    const told: unknown[] = [];
    const request = { intentIds: [hers.intentId] };
    const watching = (async () => {
      for await (const change of bob.watchIntents(request, { signal: stop.signal })) {
        told.push(change);
      }
    })();
    await alice.pauseIntent({ requestId: randomUUID(), intentId: hers.intentId, etag: '' });
    await bob.pauseIntent({ requestId: randomUUID(), intentId: his.intentId, etag: '' });
    await take(admin, 2, { afterSequence: named[0]?.sequence });
    stop.abort();
    await expect(watching).rejects.toThrow();
    expect(told).toEqual([]);
  });

  it('refuses a sequence that was never sent', async () => {
    await created();
    await expect(take(alice, 1, { afterSequence: 1_000_000n })).rejects.toMatchObject({
      error: { reason: 'SEQUENCE_OUT_OF_RANGE' },
    });
  });

  it('writes a hint on the bus with every change, in the same commit', async () => {
    const { intentId } = await created();
    const { rows } = await world.database.pool.query(
      'select count(*)::int as changes, (select count(*)::int from outbox where aggregate_id = $1) as hints from intent_changes where intent_id = $1',
      [intentId],
    );
    expect(rows).toEqual([{ changes: 6, hints: 6 }]);
  });
});
