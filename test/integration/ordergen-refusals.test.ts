import type { RebalanceTerms } from '@trimtab/contracts/ordergen';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { VaultMode, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  exampleTerms,
  fundedVault,
  newVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
let vault: Vault;
beforeEach(async () => {
  world = await createOrderGenWorld();
  vault = await fundedVault(world);
});
afterEach(() => world.close());

async function rowCounts(): Promise<Record<string, string>> {
  const counts: Record<string, string> = {};
  const tables = ['rebalances', 'rebalance_actions', 'outbox', 'plan_copies', 'ledger_entries'];
  for (const table of [...tables, 'idempotency_keys']) {
    const { rows } = await world.database.pool.query<{ count: string }>(
      `select count(*) from ${table}`,
    );
    counts[table] = rows[0]?.count ?? '';
  }
  return counts;
}

async function refused(terms: RebalanceTerms): Promise<string> {
  const before = await rowCounts();
  const error = await refusal(world.orderGen.createRebalance({ requestId: requestId(), terms }));
  expect(await rowCounts()).toEqual(before);
  expect(world.dispatches).toEqual([]);
  return `${error.kind} ${error.reason}`;
}

describe('CreateRebalance refuses, and stores nothing', () => {
  it('another version of the vault', async () => {
    const terms = exampleTerms(world, { ...vault, version: vault.version - 1n });
    expect(await refused(terms)).toBe('ABORTED VAULT_CHANGED');
  });

  it('a stale fence', async () => {
    const { vaultId } = vault;
    for (const mode of [VaultMode.VAULT_MODE_PAUSED, VaultMode.VAULT_MODE_OPEN]) {
      const request = { requestId: requestId(), vaultId, mode, fence: undefined, reason: '' };
      await world.vaults.setVaultMode(request);
    }
    expect(await refused(exampleTerms(world, vault))).toBe('ABORTED FENCE_STALE');
  });

  it('a vault that is paused', async () => {
    const answer = await world.vaults.setVaultMode({
      requestId: requestId(),
      vaultId: vault.vaultId,
      mode: VaultMode.VAULT_MODE_PAUSED,
      fence: vault.fence,
      reason: 'lunch',
    });
    const paused = present(answer.vault, 'SetVaultMode answers with the vault');
    expect(paused.fence).toBe(vault.fence + 1n);
    const reason = await refused(exampleTerms(world, paused));
    expect(reason).toBe('FAILED_PRECONDITION VAULT_NOT_OPEN');
  });

  it('a snapshot older than the policy allows, to the millisecond', async () => {
    const terms = exampleTerms(world, vault);
    world.clock.advanceMillis(60_001);
    expect(await refused(terms)).toBe('FAILED_PRECONDITION SNAPSHOT_STALE');
    const fresh = exampleTerms(world, vault);
    world.clock.advanceMillis(60_000);
    const accepted = await world.orderGen.createRebalance({ requestId: requestId(), terms: fresh });
    expect(accepted.rebalance?.rebalanceId).not.toBe('');
  });

  it.each([
    ['without a price', 'PRICE_MISSING', []],
    ['with a price outside the limits', 'PRICE_STALE', [{ assetId: 'C', stale: true as const }]],
  ])('a position %s', async (_, reason, prices) => {
    const snapshotHash = world.snapshot([{ assetId: 'A' }, { assetId: 'B' }, ...prices]);
    const { vaultId, version } = vault;
    const planHash = world.plan({
      vaultId,
      vaultVersion: Number(version),
      snapshotHash,
      targets: [{ assetId: 'A', weightBps: 1 }],
    });
    const terms = exampleTerms(world, vault, {
      snapshotHash,
      source: { $case: 'planHash', value: planHash },
    });
    expect(await refused(terms)).toBe(`FAILED_PRECONDITION ${reason}`);
  });

  it('a vault that is worth nothing', async () => {
    const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
    const empty = present(created.vault, 'CreateVault answers with the vault');
    expect(await refused(exampleTerms(world, empty))).toBe('FAILED_PRECONDITION NAV_NOT_POSITIVE');
  });

  it.each([
    ['for another vault', { vaultId: 'other' }, 'PLAN_VAULT_MISMATCH'],
    ['for another version', { vaultVersion: 1 }, 'PLAN_VAULT_MISMATCH'],
    ['at another snapshot', { snapshotHash: 'f'.repeat(64) }, 'SNAPSHOT_HASH_MISMATCH'],
    ['that changes too little', { noOp: true }, 'PLAN_NO_OP'],
  ])('a plan %s', async (_, fields, reason) => {
    const terms = exampleTerms(world, vault);
    const value = world.plan({
      vaultId: vault.vaultId,
      vaultVersion: Number(vault.version),
      snapshotHash: terms.snapshotHash,
      targets: [{ assetId: 'A', weightBps: 1 }],
      ...fields,
    });
    const answer = await refused({ ...terms, source: { $case: 'planHash', value } });
    expect(answer).toBe(`FAILED_PRECONDITION ${reason}`);
  });

  it('a plan that nobody has', async () => {
    const source = { $case: 'planHash', value: '0'.repeat(64) } as const;
    const terms = exampleTerms(world, vault, { source });
    expect(await refused(terms)).toBe('NOT_FOUND PLAN_NOT_FOUND');
  });

  it('every bad field at once, by name', async () => {
    const terms = exampleTerms(world, vault, {
      vaultId: '',
      fence: 0n,
      snapshotHash: 'abc',
      purpose: RebalancePurpose.REBALANCE_PURPOSE_UNSPECIFIED,
      underlyingFloor: '01',
      slippageLimitBps: 10_001,
    });
    const error = await refusal(world.orderGen.createRebalance({ requestId: '', terms }));
    expect(error.violations.map(({ field, reason }) => `${field} ${reason}`).sort()).toEqual([
      'request_id FIELD_REQUIRED',
      'terms.fence FIELD_INVALID',
      'terms.purpose FIELD_REQUIRED',
      'terms.slippage_limit_bps WEIGHT_OUT_OF_RANGE',
      'terms.snapshot_hash FIELD_INVALID',
      'terms.underlying_floor DECIMAL_NOT_CANONICAL',
      'terms.vault_id FIELD_REQUIRED',
    ]);
  });

  it('a slippage limit above that of the policy, but for a roll', async () => {
    const { REBALANCE_PURPOSE_ROLL: ROLL, REBALANCE_PURPOSE_REBALANCE: REBALANCE } =
      RebalancePurpose;
    const preview = (slippageLimitBps: number, purpose: RebalancePurpose) =>
      world.orderGen.previewRebalance({
        terms: exampleTerms(world, vault, { slippageLimitBps, purpose }),
      });
    const error = await refusal(preview(51, REBALANCE));
    expect(error.violations).toEqual([
      {
        field: 'terms.slippage_limit_bps',
        reason: 'WEIGHT_OUT_OF_RANGE',
        message: 'was 51, must be at most 50, which the policy of the vault allows',
      },
    ]);
    expect(error.metadata).toMatchObject({ found: '51', limit: '50' });
    expect((await preview(50, REBALANCE)).rebalance?.h0).toHaveLength(64);
    expect((await preview(51, ROLL)).rebalance?.h0).toHaveLength(64);
  });

  it('an expire time that has come', async () => {
    const terms = exampleTerms(world, vault, { expireTime: new Date(world.clock.now()) });
    expect(await refused(terms)).toBe('INVALID_ARGUMENT FIELD_INVALID');
  });

  it('a subject that neither owns nor manages the vault', async () => {
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const terms = exampleTerms(world, vault);
    const call = stranger.orderGen.createRebalance({ requestId: requestId(), terms });
    expect((await refusal(call)).reason).toBe('PERMISSION_DENIED');
  });
});

describe('one rebalance at a time', () => {
  it('refuses the second', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const terms = exampleTerms(world, vault);
    const error = await refusal(world.orderGen.createRebalance({ requestId: requestId(), terms }));
    expect(error.reason).toBe('REBALANCE_IN_PROGRESS');
    expect(error.metadata['rebalance_id']).toBe(rebalanceId);
  });

  it('lets exactly one of many that come together through', async () => {
    const terms = exampleTerms(world, vault);
    const calls = Array.from({ length: 8 }, () =>
      world.orderGen.createRebalance({ requestId: requestId(), terms }),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('answers a repeated request with the first answer, and another body with a refusal', async () => {
    const id = requestId();
    const terms = exampleTerms(world, vault);
    const first = await world.orderGen.createRebalance({ requestId: id, terms });
    const again = await world.orderGen.createRebalance({ requestId: id, terms });
    expect(again).toEqual(first);
    const other = { ...terms, slippageLimitBps: 1 };
    const error = await refusal(world.orderGen.createRebalance({ requestId: id, terms: other }));
    expect(error.reason).toBe('REQUEST_ID_REUSED');
  });
});
