import { randomUUID } from 'node:crypto';
import type { StrategyIntent } from '@trimtab/contracts/intent';
import {
  ActivationStep,
  Allocation,
  IntentType,
  StrategyIntent_State as State,
} from '@trimtab/contracts/intent';
import { Side } from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRequest,
  NOW,
  refusalOf,
  startIntentWorld,
  templateRequest,
  wireIntent,
  type IntentClient,
  type IntentWorld,
} from './intent-world.js';

let world: IntentWorld;
let alice: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.database.pool.query('truncate runs, intents, idempotency_keys cascade');
  world.fake.calls.length = 0;
  world.fake.deposits.length = 0;
  world.fake.vaults.clear();
});

const intentOf = (response: { intent: StrategyIntent | undefined }): StrategyIntent =>
  present(response.intent, 'the answer has an intent');

describe('CreateIntent', () => {
  it('opens a vault limited to maxCapital, puts the collateral in and answers an active intent', async () => {
    const response = await alice.createIntent(createRequest(randomUUID()));
    const intent = intentOf(response);
    expect(intent.intentId).toMatch(/^intent-1522800000000-[0-9a-f]{8}$/);
    expect(intent.owner).toBe('alice');
    expect(intent.state).toBe(State.STATE_ACTIVE);
    expect(intent.runtime?.activationStep).toBe(ActivationStep.ACTIVATION_STEP_ACTIVATED);
    expect(intent.runtime?.vaultIds).toEqual([intent.vaultId]);
    expect(intent.createTime).toEqual(new Date(NOW));
    expect(intent.derived).toEqual({
      expectedRollsPerYearCount: 13,
      estimatedMaxAnnualCostBps: 130,
      paperOptimal: true,
    });
    expect(intent.allocation?.kind?.$case).toBe('index');
    expect(response.warnings).toEqual([]);
    // 50 000 and 10 000.5 USDC of 6 decimals
    expect(world.fake.calls[0]).toMatchObject({
      name: 'createVault',
      request: { depositLimit: 50_000_000_000n },
      caller: 'alice intent:write rebalance:write',
    });
    expect(world.fake.deposits).toEqual([
      { vaultId: intent.vaultId, assetId: 'USDC', amount: 10_000_500_000n },
    ]);
    expect(intentOf(await alice.getIntent({ intentId: intent.intentId }))).toEqual(intent);
  });

  it('deposits other collateral in kind, in base units of its own decimals', async () => {
    const collateral = { assetId: 'WBTC', amountDecimal: '0.5' };
    await alice.createIntent(createRequest(randomUUID(), { collateral }));
    expect(world.fake.deposits).toMatchObject([{ assetId: 'WBTC', amount: 50_000_000n }]);
  });

  it('takes the owner from the token, whatever the request says', async () => {
    const request = createRequest(randomUUID(), { owner: 'mallory', state: State.STATE_ERROR });
    const intent = intentOf(await alice.createIntent(request));
    expect([intent.owner, intent.state]).toEqual(['alice', State.STATE_ACTIVE]);
  });

  it('refuses an invalid intent with every violation at its place, and stores nothing', async () => {
    const error = await refusalOf(
      alice.createIntent({
        requestId: randomUUID(),
        intent: wireIntent({
          ticker: 'btc',
          collateral: { assetId: 'USDC', amountDecimal: '10.50' },
          config: { ...wireIntent().config, maturityDays: 366 },
          allocation: Allocation.fromPartial({
            kind: {
              $case: 'targetWeights',
              value: {
                targets: [
                  { assetId: 'BTC', side: Side.SIDE_LONG, weightBps: 6000 },
                  { assetId: 'ETH', side: Side.SIDE_LONG, weightBps: 4001 },
                ],
              },
            },
          }),
        }),
      }),
    );
    expect([error.kind, error.reason]).toEqual(['INVALID_ARGUMENT', 'INTENT_INVALID']);
    expect(error.violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'intent.collateral.amount_decimal DECIMAL_NOT_CANONICAL',
      'intent.ticker FIELD_INVALID',
      'intent.config.maturity_days FIELD_INVALID',
      'intent.allocation.target_weights.targets WEIGHT_SUM_TOO_LARGE',
    ]);
    expect(error.violations[2]?.message).toBe('was 366, must be a whole number from 1 to 365');
    await expectNothingStored();
  });

  it('refuses an absent intent, an allocation without a way and unknown enum numbers', async () => {
    const absent = await refusalOf(
      alice.createIntent({ requestId: randomUUID(), intent: undefined }),
    );
    expect(absent.violations.map(({ field }) => field)).toEqual([
      'intent.type',
      'intent.collateral',
      'intent.ticker',
      'intent.config',
      'intent.constraints',
      'intent.notifications',
    ]);
    const unset = createRequest(randomUUID(), { allocation: { kind: undefined } });
    expect((await refusalOf(alice.createIntent(unset))).violations).toMatchObject([
      { field: 'intent.allocation', reason: 'FIELD_REQUIRED' },
    ]);
    const unknown = createRequest(randomUUID(), { type: 77 as IntentType });
    expect((await refusalOf(alice.createIntent(unknown))).violations).toMatchObject([
      { field: 'intent.type', reason: 'FIELD_INVALID' },
    ]);
    await expectNothingStored();
  });

  it('needs a token with scope intent:write, and a request id that is a UUID', async () => {
    const reader = await world.clientOf('alice');
    const denied = await refusalOf(reader.createIntent(createRequest(randomUUID())));
    expect(denied.reason).toBe('PERMISSION_DENIED');
    const bad = await refusalOf(alice.createIntent(createRequest('one')));
    expect(bad.violations).toMatchObject([{ field: 'request_id', reason: 'FIELD_INVALID' }]);
    await expectNothingStored();
  });
});

describe('the vault of an intent', () => {
  it('can be one that the owner names: it is taken as it is, nothing is deposited', async () => {
    world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: [] });
    const intent = intentOf(
      await alice.createIntent(createRequest(randomUUID(), { vaultId: 'v1' })),
    );
    expect(intent.vaultId).toBe('v1');
    expect(intent.runtime?.activationStep).toBe(ActivationStep.ACTIVATION_STEP_ACTIVATED);
    expect(world.fake.deposits).toEqual([]);
  });

  it.each([
    ['that does not exist', 'v9', 'VAULT_NOT_FOUND'],
    ['of another owner', 'bobs', 'PERMISSION_DENIED'],
    ['that is not OPEN', 'paused', 'VAULT_NOT_OPEN'],
  ])('cannot be one %s, and nothing is stored', async (_name, vaultId, reason) => {
    world.fake.vaults.set('bobs', { owner: 'bob', mode: 'OPEN', heldAssets: [] });
    world.fake.vaults.set('paused', { owner: 'alice', mode: 'PAUSED', heldAssets: [] });
    const call = alice.createIntent(createRequest(randomUUID(), { vaultId }));
    expect((await refusalOf(call)).reason).toBe(reason);
    await expectNothingStored();
  });

  it('has one live intent at a time, also when two are created at once', async () => {
    world.fake.vaults.set('v1', { owner: 'alice', mode: 'OPEN', heldAssets: [] });
    const create = () => alice.createIntent(createRequest(randomUUID(), { vaultId: 'v1' }));
    const outcomes = await Promise.allSettled([create(), create(), create()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await refusalOf(create())).reason).toBe('VAULT_IN_USE');
    expect([await world.rowCount('intents'), await world.rowCount('idempotency_keys')]).toEqual([
      1, 1,
    ]);
    await world.database.pool.query(`update intents set state = 'CANCELLED'`);
    expect(intentOf(await create()).vaultId).toBe('v1');
  });
});

describe('a repeated creation', () => {
  it('answers what the first one answered, even after the intent has changed', async () => {
    const request = createRequest(randomUUID());
    const first = await alice.createIntent(request);
    world.clock.advanceMillis(1000);
    await world.database.pool.query(`update intents set state = 'PAUSED'`);
    expect(await alice.createIntent(request)).toEqual(first);
    expect(await world.rowCount('intents')).toBe(1);
    expect(world.fake.deposits).toHaveLength(1);
  });

  it('is refused with another body, and is another request of another owner', async () => {
    const requestId = randomUUID();
    await alice.createIntent(createRequest(requestId));
    const other = await refusalOf(
      alice.createIntent(createRequest(requestId, { ticker: 'ETH/USDC' })),
    );
    expect([other.kind, other.reason]).toEqual(['INVALID_ARGUMENT', 'REQUEST_ID_REUSED']);
    const bob = await world.clientOf('bob', 'intent:write');
    expect(intentOf(await bob.createIntent(createRequest(requestId))).owner).toBe('bob');
  });

  it('has one effect when twins arrive together', async () => {
    const request = createRequest(randomUUID());
    const answers = await Promise.all([1, 2, 3, 4].map(() => alice.createIntent(request)));
    expect(new Set(answers.map((answer) => intentOf(answer).intentId)).size).toBe(1);
    expect(world.fake.deposits).toHaveLength(1);
    expect(world.fake.vaults.size).toBe(1);
  });
});

describe('CreateIntentFromTemplate', () => {
  it('merges the overrides over the template and answers the warnings', async () => {
    const response = await alice.createIntentFromTemplate(
      templateRequest(randomUUID(), {
        overrides: {
          config: { maturityDays: 10 },
          constraints: undefined,
          notifications: undefined,
        },
      }),
    );
    const { config, constraints, notifications } = intentOf(response);
    expect(config).toMatchObject({ strikeRatioDecimal: '0.5', maturityDays: 10 });
    expect(constraints?.maxCapitalDecimal).toBe('10000000');
    expect(notifications).toMatchObject({ onThresholdBreach: false, channels: [3] });
    expect(response.warnings.map(({ rule }) => rule)).toEqual([
      'YIELD_SHORT_MATURITY',
      'ROLLS_AT_FIRST_TICK',
    ]);
  });

  it('names an override that breaks a rule, and an unknown type', async () => {
    const bad = templateRequest(randomUUID(), {
      ticker: '',
      overrides: {
        config: { maturityDays: 0 },
        constraints: { maxCapitalDecimal: '99' },
        notifications: undefined,
      },
    });
    expect((await refusalOf(alice.createIntentFromTemplate(bad))).violations).toMatchObject([
      { field: 'collateral.amount_decimal' },
      { field: 'ticker' },
      { field: 'overrides.config.maturity_days' },
    ]);
    const type = IntentType.INTENT_TYPE_UNSPECIFIED;
    const untyped = templateRequest(randomUUID(), { type });
    expect((await refusalOf(alice.createIntentFromTemplate(untyped))).violations).toMatchObject([
      { field: 'type', reason: 'FIELD_REQUIRED' },
    ]);
    await expectNothingStored();
  });
});

async function expectNothingStored(): Promise<void> {
  const counts = [await world.rowCount('intents'), await world.rowCount('idempotency_keys')];
  expect(counts).toEqual([0, 0]);
}
