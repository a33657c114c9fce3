import { VaultMode, VaultServiceService, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import { allPages, createServiceClient } from '@trimtab/grpc';
import { UNDERLYING } from '@trimtab/strategy';
import type { VaultModeToSet, VaultPort, VaultView } from '../../application/remote-ports.js';
import { sideWords } from '../grpc/enum-words.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './addresses.js';

/** VaultService (served by OrderGen) over gRPC. */
export function createVaultClient(
  address: Address,
  settings: ClientSettings,
): VaultPort & { close(): void } {
  const client = createServiceClient({
    definition: VaultServiceService,
    address,
    serviceName: SERVICE_NAME,
    ...settings,
  });
  return {
    getVault: async (vaultId, call) => {
      const { vault } = await client.getVault({ vaultId }, call);
      return toView(present(vault, 'GetVault answers a vault'));
    },
    listVaults: async (owner, call) => {
      const vaults = await allPages(async (page) => {
        const response = await client.listVaults({ ...page, owner, modes: [...NOT_CLOSED] }, call);
        return { items: response.vaults, nextPageToken: response.nextPageToken };
      });
      return vaults.map(toView);
    },
    valueVault: async (request, call) => {
      const value = await client.valueVault(request, call);
      return {
        vaultVersion: safeNumber(value.vaultVersion),
        fence: safeNumber(value.fence),
        nav: value.nav,
        weights: value.weights.map(({ assetId, side, weightBps }) => ({
          assetId,
          side: present(sideWords.fromWire(side), 'ValueVault answers known sides'),
          weightBps,
        })),
      };
    },
    createVault: async ({ requestId, depositLimit }, call) => {
      const vault = newVault(depositLimit);
      const response = await client.createVault({ requestId, vault }, call);
      return present(response.vault, 'CreateVault answers a vault').vaultId;
    },
    deposit: async ({ amount, ...request }, call) => {
      await client.deposit({ ...request, amount: amount.toString() }, call);
    },
    setMode: async ({ mode, ...request }, call) => {
      await client.setVaultMode({ ...request, mode: MODES[mode] }, call);
    },
    withdraw: async ({ amount, ...request }, call) => {
      await client.withdraw({ ...request, amount: amount.toString() }, call);
    },
    settleSeries: async (request, call) => {
      await client.settleSeries(request, call);
    },
    closeVault: async (request, call) => {
      await client.closeVault(request, call);
    },
    setDepositLimit: async ({ limit, ...request }, call) => {
      const unchanged = { policy: undefined, roles: undefined };
      const change = { ...request, ...unchanged, depositLimit: limit.toString() };
      await client.setVaultPolicy(change, call);
    },
    close: () => client.close(),
  };
}

const NOT_CLOSED: readonly VaultMode[] = [
  VaultMode.VAULT_MODE_OPEN,
  VaultMode.VAULT_MODE_PAUSED,
  VaultMode.VAULT_MODE_CLOSING,
];

const MODES: Readonly<Record<VaultModeToSet, VaultMode>> = {
  OPEN: VaultMode.VAULT_MODE_OPEN,
  PAUSED: VaultMode.VAULT_MODE_PAUSED,
  CLOSING: VaultMode.VAULT_MODE_CLOSING,
};

const MODE_NAMES: Readonly<Partial<Record<number, string>>> = {
  [VaultMode.VAULT_MODE_OPEN]: 'OPEN',
  [VaultMode.VAULT_MODE_PAUSED]: 'PAUSED',
  [VaultMode.VAULT_MODE_CLOSING]: 'CLOSING',
  [VaultMode.VAULT_MODE_CLOSED]: 'CLOSED',
};

function toView(vault: Vault): VaultView {
  const { vaultId, owner, mode, openRebalanceId } = vault;
  return {
    vaultId,
    owner,
    mode: MODE_NAMES[mode] ?? String(mode),
    version: safeNumber(vault.version),
    cash: BigInt(vault.cash),
    positions: vault.positions.map(({ assetId, side, quantity, collateral }) => ({
      assetId,
      side: present(sideWords.fromWire(side), 'GetVault answers known sides'),
      quantity: BigInt(quantity),
      collateral: BigInt(collateral),
    })),
    openRebalanceId: openRebalanceId === '' ? undefined : openRebalanceId,
  };
}

function newVault(depositLimit: bigint): Vault {
  return {
    vaultId: '',
    owner: '',
    managers: [],
    approvers: [],
    policy: undefined,
    depositLimit: depositLimit.toString(),
    denomination: UNDERLYING,
    mode: VaultMode.VAULT_MODE_UNSPECIFIED,
    fence: 0n,
    holds: [],
    version: 0n,
    cash: '',
    positions: [],
    openRebalanceId: '',
    createTime: undefined,
    updateTime: undefined,
    freezeReason: '',
  };
}
