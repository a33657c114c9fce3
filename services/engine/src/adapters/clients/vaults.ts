import {
  VaultHold,
  VaultServiceService,
  type LedgerEntry,
  type Vault,
} from '@trimtab/contracts/vault';
import { instant, present } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import { allPages, createServiceClient } from '@trimtab/grpc';
import { seriesId } from '@trimtab/option-index';
import type { VaultPort } from '../../application/ports.js';
import type { LedgerLine, VaultView } from '../../domain/vault.js';
import { callAs, ENGINE, type Address, type ClientSettings } from './settings.js';
import { maybeText } from './values.js';
import { accountWords, lineKindWords, modeWords, sideWords } from './words.js';

/** VaultService (served by OrderGen) over gRPC. */
export function createVaultClient(
  address: Address,
  settings: ClientSettings,
): VaultPort & { close(): void } {
  const client = createServiceClient({ definition: VaultServiceService, address, ...settings });
  return {
    get: async (vaultId) => {
      const { vault } = await client.getVault({ vaultId }, callAs(ENGINE));
      return toView(present(vault, 'GetVault answers a vault'));
    },
    linesAfter: async (vaultId, sequence) => {
      const filter = { vaultId, rebalanceId: '', assetId: '', afterSequence: BigInt(sequence) };
      const entries = await allPages(async (page) => {
        const answer = await client.listLedgerEntries({ ...page, ...filter }, callAs(ENGINE));
        return { items: answer.entries, nextPageToken: answer.nextPageToken };
      });
      return entries.map(toLine);
    },
    settleSeries: async ({ requestId, vaultId, series }) => {
      await client.settleSeries({ requestId, vaultId, seriesId: seriesId(series) }, callAs(ENGINE));
    },
    mergeSeries: async ({ requestId, vaultId, series, amount }) => {
      const request = { requestId, vaultId, seriesId: seriesId(series), amount: String(amount) };
      await client.mergeSeries(request, callAs(ENGINE));
    },
    close: () => client.close(),
  };
}

function toView(vault: Vault): VaultView {
  return {
    vaultId: vault.vaultId,
    mode: modeWords.fromWire(vault.mode),
    version: safeNumber(vault.version),
    cash: BigInt(vault.cash),
    positions: vault.positions.map(({ assetId, side, quantity, collateral }) => ({
      assetId,
      side: sideWords.fromWire(side),
      quantity: BigInt(quantity),
      collateral: BigInt(collateral),
    })),
    openRebalanceId: maybeText(vault.openRebalanceId),
    frozen: vault.holds.includes(VaultHold.VAULT_HOLD_FROZEN),
    freezeReason: vault.freezeReason,
  };
}

/** Lines of cash and of the contra accounts have no side. */
const NO_SIDE = 0;

function toLine(entry: LedgerEntry): LedgerLine {
  return {
    sequence: safeNumber(entry.sequence),
    transactionId: entry.transactionId,
    kind: lineKindWords.fromWire(entry.kind),
    account: accountWords.fromWire(entry.account),
    assetId: entry.assetId,
    side: entry.side === NO_SIDE ? 'LONG' : sideWords.fromWire(entry.side),
    positionAssetId: entry.positionAssetId,
    amount: BigInt(entry.amount),
    bookTime: instant(present(entry.bookTime, 'a line has a book time').getTime()),
  };
}
