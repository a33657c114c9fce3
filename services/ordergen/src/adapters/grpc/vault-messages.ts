import type * as wire from '@trimtab/contracts/vault';
import type { PositionWeight } from '@trimtab/contracts/portfolio';
import { formatDecimal } from '@trimtab/decimal';
import type { LedgerEntry } from '../../application/ports.js';
import type { ValuedVault } from '../../application/value-vault.js';
import { liveWeightBps } from '../../domain/live-weight.js';
import type { Position } from '../../domain/position.js';
import type { ValuedPosition } from '../../domain/valuation.js';
import { holdsOf, type HeldVault } from '../../domain/vault.js';
import {
  collateralActions,
  ledgerAccounts,
  ledgerKinds,
  sides,
  strategicActions,
  vaultHolds,
  vaultModes,
} from '../enum-words.js';

/** Vaults and their ledger as messages. */

/** A vault with everything that its readers see. */
export function toVaultMessage(vault: HeldVault): wire.Vault {
  const { policy } = vault;
  return {
    vaultId: vault.vaultId,
    owner: vault.owner,
    managers: [...vault.managers],
    approvers: [...vault.approvers],
    policy: {
      allowedActions: policy.allowedActions.map((word) => strategicActions.toWire(word)),
      allowedCollateralActions: policy.allowedCollateralActions.map((word) =>
        collateralActions.toWire(word),
      ),
      slippageLimitBps: policy.slippageLimitBps,
      snapshotMaxAgeSeconds: policy.snapshotMaxAgeSeconds,
      fourEyes: policy.fourEyes,
      approvalTtlSeconds: policy.approvalTtlSeconds,
    },
    depositLimit: vault.depositLimit?.toString() ?? '',
    denomination: vault.denomination,
    mode: vaultModes.toWire(vault.mode),
    fence: BigInt(vault.fence),
    holds: holdsOf(vault).map((hold) => vaultHolds.toWire(hold)),
    version: BigInt(vault.version),
    cash: vault.cash.toString(),
    positions: vault.positions.map(toPositionMessage),
    openRebalanceId: vault.openRebalanceId ?? '',
    createTime: new Date(vault.createTime),
    updateTime: new Date(vault.updateTime),
    freezeReason: vault.freezeReason ?? '',
  };
}

/** A position. */
export function toPositionMessage(position: Position): wire.Position {
  return {
    assetId: position.assetId,
    side: sides.toWire(position.side),
    quantity: position.quantity.toString(),
    collateral: position.collateral.toString(),
  };
}

/** A line of the ledger. */
export function toLedgerMessage(entry: LedgerEntry): wire.LedgerEntry {
  const { position } = entry;
  return {
    vaultId: entry.vaultId,
    sequence: BigInt(entry.sequence),
    transactionId: entry.transactionId,
    kind: ledgerKinds.toWire(entry.kind),
    account: ledgerAccounts.toWire(entry.account),
    assetId: entry.assetId,
    side: position === undefined ? 0 : sides.toWire(position.side),
    amount: entry.amount.toString(),
    positionAssetId: entry.account === 'COLLATERAL' ? (position?.assetId ?? '') : '',
    rebalanceId: entry.rebalanceId ?? '',
    orderId: entry.orderId ?? '',
    eventId: entry.eventId ?? '',
    bookTime: new Date(entry.bookTime),
  };
}

/** A valued vault; it has no weights unless its net asset value is positive. */
export function toValueMessage(valued: ValuedVault): wire.ValueVaultResponse {
  const { vault, snapshot, valuation } = valued;
  const prices = new Map(snapshot.entries.map((entry) => [entry.assetId, entry.price]));
  return {
    vaultId: vault.vaultId,
    vaultVersion: BigInt(vault.version),
    fence: BigInt(vault.fence),
    snapshotHash: snapshot.snapshotHash,
    nav: valuation.nav.toString(),
    cash: valuation.cash.toString(),
    positions: valuation.positions.map((position) => {
      const price = prices.get(position.assetId);
      return {
        position: toPositionMessage(position),
        priceDecimal: price === undefined ? '' : formatDecimal(price),
        value: position.value.toString(),
        weightBps: liveWeightBps(position.value, valuation.nav),
      };
    }),
    weights:
      valuation.nav > 0n
        ? valuation.positions.map((position) => toWeightMessage(position, valuation.nav))
        : [],
    denomination: vault.denomination,
  };
}

function toWeightMessage(position: ValuedPosition, nav: bigint): PositionWeight {
  return {
    assetId: position.assetId,
    side: sides.toWire(position.side),
    weightBps: liveWeightBps(position.value, nav),
  };
}
