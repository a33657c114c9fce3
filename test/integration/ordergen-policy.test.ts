import type { ExplicitAction, RebalanceTerms } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import {
  CollateralAction,
  StrategicAction,
  type Vault,
  type VaultPolicy,
} from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionTerms, move, planTerms } from './ordergen-preview-world.js';
import {
  createOrderGenWorld,
  newVault,
  refusal,
  requestId,
  type FakeTarget,
  type OrderGenWorld,
} from './ordergen-world.js';

const {
  STRATEGIC_ACTION_ENTER: ENTER,
  STRATEGIC_ACTION_EXIT: EXIT,
  STRATEGIC_ACTION_INCREASE: INCREASE,
  STRATEGIC_ACTION_REDUCE: REDUCE,
} = StrategicAction;
const { COLLATERAL_ACTION_ADD: ADD, COLLATERAL_ACTION_RELEASE: RELEASE } = CollateralAction;

let world: OrderGenWorld;
beforeAll(async () => {
  world = await createOrderGenWorld();
});
afterAll(() => world.close());

const policyOf = (fields: Partial<VaultPolicy>): VaultPolicy => ({
  allowedActions: [],
  allowedCollateralActions: [],
  slippageLimitBps: undefined,
  snapshotMaxAgeSeconds: undefined,
  fourEyes: false,
  approvalTtlSeconds: undefined,
  ...fields,
});

/** A vault of 5 000 of A and 5 000 of cash, with a manager. */
async function vaultWith(fields: Partial<VaultPolicy>): Promise<Vault> {
  world.snapshot([{ assetId: 'A' }]);
  const vault = newVault({
    policy: policyOf(fields),
    managers: ['manager'],
    approvers: ['approver'],
  });
  const created = await world.vaults.createVault({ requestId: requestId(), vault });
  const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
  const deposit = (assetId: string): Promise<{ readonly vault?: Vault | undefined }> =>
    world.vaults.deposit({ requestId: requestId(), vaultId, assetId, amount: '5000' });
  await deposit('USDC');
  return present((await deposit('A')).vault, 'Deposit answers with the vault');
}

/** What the store holds of a vault beside the vault itself. */
async function stored(vaultId: string): Promise<unknown> {
  const { rows } = await world.database.pool.query(
    `select (select count(*) from rebalances where vault_id = $1) as rebalances,
       (select count(*) from ledger_entries where vault_id = $1) as lines,
       (select version from vaults where vault_id = $1) as version,
       (select count(*) from plan_copies) as plans, (select count(*) from outbox) as outbox,
       (select count(*) from idempotency_keys) as keys`,
    [vaultId],
  );
  return rows[0];
}

/** What both the preview and the real run are refused with, leaving nothing; or that they are not. */
async function outcome(vault: Vault, terms: RebalanceTerms): Promise<string> {
  const before = await stored(vault.vaultId);
  const shown = await refusalOrNone(world.orderGen.previewRebalance({ terms }));
  const real = await refusalOrNone(
    world.orderGen.createRebalance({ requestId: requestId(), terms }),
  );
  expect(real).toBe(shown);
  if (real !== 'accepted') expect(await stored(vault.vaultId)).toEqual(before);
  return real;
}

async function refusalOrNone(call: Promise<unknown>): Promise<string> {
  const accepted = await call.then(
    () => true,
    () => false,
  );
  if (accepted) return 'accepted';
  const { kind, reason, metadata } = await refusal(call);
  return `${kind} ${reason} ${metadata['action'] ?? ''} ${metadata['asset_id'] ?? ''}`.trim();
}

const denied = (action: string, assetId: string): string =>
  `PERMISSION_DENIED ACTION_NOT_ALLOWED ${action} ${assetId}`;

/** Each way to trade, by a plan (weights) and by actions (quantities). */
const PLANS: Readonly<Record<string, readonly FakeTarget[]>> = {
  ENTER: [
    { assetId: 'A', weightBps: 5_000 },
    { assetId: 'B', weightBps: 1_000 },
  ],
  EXIT: [],
  INCREASE: [{ assetId: 'A', weightBps: 6_000 }],
  REDUCE: [{ assetId: 'A', weightBps: 4_000 }],
};
const ACTIONS: Readonly<Record<string, readonly ExplicitAction[]>> = {
  ENTER: [move('B', '1')],
  EXIT: [move('A', '-5000')],
  INCREASE: [move('A', '1')],
  REDUCE: [move('A', '-4999')],
};

describe('a policy that allows all strategic actions but one', () => {
  it.each([
    ['ENTER', 'B', [EXIT, INCREASE, REDUCE]],
    ['EXIT', 'A', [ENTER, INCREASE, REDUCE]],
    ['INCREASE', 'A', [ENTER, EXIT, REDUCE]],
    ['REDUCE', 'A', [ENTER, EXIT, INCREASE]],
  ] as const)(
    'refuses %s by its name, in a plan and in actions, and lets the others through',
    async (forbidden, assetId, allowedActions) => {
      for (const word of ['ENTER', 'EXIT', 'INCREASE', 'REDUCE']) {
        const vault = await vaultWith({ allowedActions: [...allowedActions] });
        expect(vault.policy?.allowedActions).toEqual([...allowedActions]);
        const planned = planTerms(world, vault, { targets: PLANS[word] ?? [] });
        const expected = word === forbidden ? denied(word, assetId) : 'accepted';
        expect(await outcome(vault, planned)).toBe(expected);
        const other = await vaultWith({ allowedActions: [...allowedActions] });
        expect(await outcome(other, actionTerms(world, other, ACTIONS[word] ?? []))).toBe(expected);
      }
    },
  );

  it('lets a settlement exit all the same', async () => {
    const vault = await vaultWith({ allowedActions: [ENTER] });
    const purpose = RebalancePurpose.REBALANCE_PURPOSE_SETTLE;
    const terms = { ...actionTerms(world, vault, []), source: undefined, purpose };
    expect(await outcome(vault, terms)).toBe('accepted');
  });

  it('refuses an action that is too small to be traded, as it was asked for', async () => {
    const vault = await vaultWith({ allowedActions: [EXIT] });
    const tolerances = {
      band: { $case: 'absolute' as const, value: { exposure: '9', collateral: '9', net: '9' } },
    };
    const terms = actionTerms(world, vault, [move('A', '1')], { tolerances });
    expect(await outcome(vault, terms)).toBe(denied('INCREASE', 'A'));
  });
});

describe('a policy of collateral actions', () => {
  const open: ExplicitAction = {
    assetId: 'B',
    side: Side.SIDE_SHORT,
    quantityDelta: '100',
    collateralDelta: '150',
  };
  it.each([
    ['RELEASE alone refuses to add', [RELEASE], denied('ADD', 'B')],
    ['ADD alone lets it be added', [ADD], 'accepted'],
    ['nothing allows everything', [], 'accepted'],
  ])('of %s', async (_, allowedCollateralActions, expected) => {
    const vault = await vaultWith({ allowedCollateralActions });
    expect(vault.policy?.allowedCollateralActions).toEqual(allowedCollateralActions);
    expect(await outcome(vault, actionTerms(world, vault, [open]))).toBe(expected);
  });

  it('refuses the target of a short as well', async () => {
    const vault = await vaultWith({ allowedCollateralActions: [RELEASE] });
    const targets: readonly FakeTarget[] = [
      { assetId: 'A', weightBps: 5_000 },
      { assetId: 'B', weightBps: 1_000, side: 'SHORT' },
    ];
    expect(await outcome(vault, planTerms(world, vault, { targets }))).toBe(denied('ADD', 'B'));
  });
});

describe('a policy with a word', () => {
  it.each([
    ['twice', { allowedActions: [ENTER, ENTER] }, 'vault.policy.allowed_actions[1] DUPLICATE_ID'],
    [
      'of no meaning',
      { allowedActions: [0] as StrategicAction[] },
      'vault.policy.allowed_actions[0] FIELD_REQUIRED',
    ],
    [
      'of a later version',
      { allowedCollateralActions: [7] as unknown as CollateralAction[] },
      'vault.policy.allowed_collateral_actions[0] FIELD_INVALID',
    ],
  ])('%s is refused', async (_, fields, expected) => {
    const vault = newVault({ policy: policyOf(fields) });
    const error = await refusal(world.vaults.createVault({ requestId: requestId(), vault }));
    expect(error.violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual([expected]);
  });
});

describe('who may ask for a rebalance', () => {
  it.each([
    ['owner', ['rebalance:write'], 'accepted'],
    ['manager', ['rebalance:write'], 'accepted'],
    ['engine', ['engine'], 'accepted'],
    ['approver', ['rebalance:write'], 'PERMISSION_DENIED PERMISSION_DENIED'],
    ['stranger', ['rebalance:write'], 'PERMISSION_DENIED PERMISSION_DENIED'],
    ['manager', ['plan:write'], 'PERMISSION_DENIED PERMISSION_DENIED'],
  ])('%s with %s: %s', async (subject, scopes, expected) => {
    const vault = await vaultWith({});
    const { orderGen } = await world.clients(subject, scopes);
    const terms = actionTerms(world, vault, [move('A', '-1')]);
    const before = await stored(vault.vaultId);
    const call = orderGen.createRebalance({ requestId: requestId(), terms });
    expect(await refusalOrNone(call)).toBe(expected);
    if (expected !== 'accepted') expect(await stored(vault.vaultId)).toEqual(before);
  });

  it('is asked before plan and snapshot are fetched', async () => {
    const vault = await vaultWith({});
    const { orderGen } = await world.clients('stranger', ['rebalance:write']);
    const terms = { ...actionTerms(world, vault, [move('A', '-1')]), snapshotHash: 'f'.repeat(64) };
    const call = orderGen.createRebalance({ requestId: requestId(), terms });
    expect((await refusal(call)).reason).toBe('PERMISSION_DENIED');
  });
});
