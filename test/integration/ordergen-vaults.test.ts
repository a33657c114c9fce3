import { LedgerEntry_Account as Account, VaultMode, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  fundedVault,
  newVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
beforeEach(async () => {
  world = await createOrderGenWorld();
});
afterEach(() => world.close());

async function create(fields: Partial<Vault> = {}): Promise<Vault> {
  const answer = await world.vaults.createVault({
    requestId: requestId(),
    vault: newVault(fields),
  });
  return present(answer.vault, 'CreateVault answers with a vault');
}

const money = (vaultId: string, amount: string, assetId = 'USDC') => ({
  requestId: requestId(),
  vaultId,
  assetId,
  amount,
});

describe('a vault', () => {
  it('is made empty, open and with defaults, for the one who asks', async () => {
    expect(await create()).toMatchObject({
      owner: 'owner',
      mode: VaultMode.VAULT_MODE_OPEN,
      fence: 1n,
      version: 1n,
      cash: '0',
      denomination: 'USDC',
      policy: { slippageLimitBps: 50, snapshotMaxAgeSeconds: 60, approvalTtlSeconds: 60 },
    });
  });

  it('cannot be in another denomination', async () => {
    const euro = world.vaults.createVault({
      requestId: requestId(),
      vault: newVault({ denomination: 'EURC' }),
    });
    expect((await refusal(euro)).reason).toBe('ASSET_NOT_FOUND');
  });

  it('is shown to its people and nobody else', async () => {
    const { vaultId } = await create({ managers: ['manager'] });
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const manager = await world.clients('manager', ['rebalance:write']);
    const namesake = await world.clients('service:solver', []);
    expect((await refusal(namesake.vaults.getVault({ vaultId }))).reason).toBe('PERMISSION_DENIED');
    expect((await refusal(stranger.vaults.getVault({ vaultId }))).reason).toBe('PERMISSION_DENIED');
    expect((await manager.vaults.getVault({ vaultId })).vault?.vaultId).toBe(vaultId);
    const list = { pageSize: 0, pageToken: '', owner: '', modes: [] };
    expect((await stranger.vaults.listVaults(list)).vaults).toEqual([]);
    expect((await manager.vaults.listVaults(list)).vaults).toHaveLength(1);
    const withdraw = manager.vaults.withdraw(money(vaultId, '1'));
    expect((await refusal(withdraw)).reason).toBe('PERMISSION_DENIED');
  });
});

describe('the positions of a vault', () => {
  it('are all shown, or those of one asset', async () => {
    const { vaultId } = await fundedVault(world);
    const shown = async (positionAssetId?: string) => {
      const { vault } = await world.vaults.getVault({ vaultId, positionAssetId });
      return [vault?.cash, vault?.positions.map(({ assetId }) => assetId)];
    };
    expect(await shown()).toEqual(['10000', ['A', 'B', 'C']]);
    expect(await shown('B')).toEqual(['10000', ['B']]);
    expect(await shown('Z')).toEqual(['10000', []]);
  });
});

describe('deposits', () => {
  it('book balanced lines, raise the version, and take effect once per request', async () => {
    const { vaultId } = await create();
    const request = money(vaultId, '500');
    const [one, two] = await Promise.all([
      world.vaults.deposit(request),
      world.vaults.deposit(request),
    ]);
    expect(two).toEqual(one);
    expect(one.vault).toMatchObject({ cash: '500', version: 2n });
    expect(one.entries.map(({ sequence, account, amount }) => [sequence, account, amount])).toEqual(
      [
        [1n, Account.ACCOUNT_CASH, '500'],
        [2n, Account.ACCOUNT_OWNER, '-500'],
      ],
    );
    const list = {
      vaultId,
      pageSize: 1,
      pageToken: '',
      rebalanceId: '',
      assetId: '',
      afterSequence: 0n,
    };
    const first = await world.vaults.listLedgerEntries(list);
    const pageToken = first.nextPageToken;
    const second = await world.vaults.listLedgerEntries({ ...list, pageToken });
    expect([...first.entries, ...second.entries]).toEqual(one.entries);
    expect(second.nextPageToken).toBe('');
  });

  it('in kind count with their value against the limit', async () => {
    world.snapshot([{ assetId: 'A', price: '2' }]);
    const { vaultId } = await create({ depositLimit: '1000' });
    await world.vaults.deposit(money(vaultId, '400', 'A'));
    const error = await refusal(world.vaults.deposit(money(vaultId, '201')));
    expect(error.reason).toBe('DEPOSIT_LIMIT_EXCEEDED');
    const { vault } = await world.vaults.deposit(money(vaultId, '200'));
    expect(vault).toMatchObject({ cash: '200', positions: [{ assetId: 'A', quantity: '400' }] });
    const unknown = await refusal(world.vaults.deposit(money(vaultId, '1', 'NOBODY')));
    expect(unknown.reason).toBe('ASSET_NOT_FOUND');
  });

  it.each(['0', '-1', '01', '1.5', ''])('of "%s" are refused', async (amount) => {
    const { vaultId } = await create();
    const error = await refusal(world.vaults.deposit(money(vaultId, amount)));
    expect(error.violations.map(({ field }) => field)).toEqual(['amount']);
    const answer = await world.vaults.getVault({ vaultId });
    expect(answer.vault?.version).toBe(1n);
  });
});

describe('withdrawals', () => {
  it('give what is held, in money and in kind, and not during a run', async () => {
    const { vaultId } = await fundedVault(world);
    const tooMuch = await refusal(world.vaults.withdraw(money(vaultId, '10001')));
    expect(tooMuch.reason).toBe('INSUFFICIENT_BALANCE');
    await world.vaults.withdraw(money(vaultId, '10000'));
    const { vault } = await world.vaults.withdraw(money(vaultId, '30000', 'A'));
    expect(vault?.cash).toBe('0');
    expect(vault?.positions.map(({ assetId }) => assetId)).toEqual(['B', 'C']);
  });

  it('are refused while a rebalance runs; money may come in', async () => {
    const vault = await fundedVault(world);
    await startExample(world, vault);
    const { vaultId } = vault;
    expect((await refusal(world.vaults.withdraw(money(vaultId, '1')))).reason).toBe('VAULT_BUSY');
    const inKind = world.vaults.deposit(money(vaultId, '1', 'A'));
    expect((await refusal(inKind)).reason).toBe('VAULT_BUSY');
    const { vault: richer } = await world.vaults.deposit(money(vaultId, '1'));
    expect(richer?.cash).toBe('10001');
  });
});

describe('ValueVault', () => {
  it('gives NAV, values and live weights at the version it read', async () => {
    const { vaultId, version } = await fundedVault(world);
    const snapshotHash = world.snapshot([
      { assetId: 'A', price: '2' },
      { assetId: 'B', price: '0.5' },
      { assetId: 'C' },
    ]);
    // 10 000 + 60 000 + 15 000 + 30 000
    const value = await world.vaults.valueVault({ vaultId, snapshotHash });
    expect(value).toMatchObject({ nav: '115000', cash: '10000', vaultVersion: version, fence: 1n });
    expect(value.weights.map(({ weightBps }) => weightBps)).toEqual([5217, 1304, 2608]);
    const partial = world.snapshot([{ assetId: 'A' }]);
    const missing = world.vaults.valueVault({ vaultId, snapshotHash: partial });
    expect((await refusal(missing)).reason).toBe('PRICE_MISSING');
  });
});
