import type { CollateralAction, StrategicAction } from '../../domain/allowed-actions.js';
import { byPosition, type Position } from '../../domain/position.js';
import { sorted } from '@trimtab/core';
import type { HeldVault, VaultMode } from '../../domain/vault.js';
import { LEDGER_ACCOUNTS, LEDGER_KINDS, type LedgerLine } from '../../domain/ledger.js';
import type { LedgerEntry } from '../../application/ports.js';
import { oneOf, toCount, toInstant } from './row-values.js';

const MODES: readonly VaultMode[] = ['OPEN', 'PAUSED', 'CLOSING', 'CLOSED'];
const STRATEGIC_ACTIONS: readonly StrategicAction[] = ['ENTER', 'EXIT', 'INCREASE', 'REDUCE'];
const COLLATERAL_ACTIONS: readonly CollateralAction[] = ['ADD', 'RELEASE'];

/** A vault with what it holds and what it runs, in one row. */
export interface VaultRow {
  readonly vault_id: string;
  readonly owner: string;
  readonly managers: readonly string[];
  readonly approvers: readonly string[];
  readonly allowed_actions: readonly string[];
  readonly allowed_collateral_actions: readonly string[];
  readonly slippage_limit_bps: number;
  readonly snapshot_max_age_seconds: number;
  readonly approval_ttl_seconds: number;
  readonly four_eyes: boolean;
  readonly deposit_limit: string | null;
  readonly deposited: string;
  readonly denomination: string;
  readonly denomination_decimals: number;
  readonly mode: string;
  readonly fence: string;
  readonly version: string;
  readonly ledger_sequence: string;
  readonly cash: string;
  readonly frozen: boolean;
  readonly freeze_reason: string | null;
  readonly create_time: Date;
  readonly update_time: Date;
  readonly open_rebalance_id: string | null;
  readonly positions: readonly PositionRow[];
}

interface PositionRow {
  readonly asset_id: string;
  readonly side: string;
  readonly quantity: string;
  readonly collateral: string;
}

/** What the audit says, unless it was ended since; then a rebalance faulted, and says it. */
const FREEZE_REASON = `coalesce(
    (select a.reason from (
       select verb, reason from audit_entries
       where vault_id = v.vault_id and verb in ('FREEZE', 'UNFREEZE') order by entry_id desc limit 1
     ) a where a.verb = 'FREEZE'),
    (select r.state_reason from rebalances r
     where r.vault_id = v.vault_id and r.state = 'FAULTED' order by r.update_time desc limit 1))`;

/** The columns of {@link VaultRow}, from `vaults v`. */
export const VAULT_COLUMNS = vaultColumns('');

/** The columns with the positions, `p`, that a condition lets through. */
export function vaultColumns(condition: string): string {
  return `
  v.vault_id, v.owner, v.managers, v.approvers, v.allowed_actions, v.allowed_collateral_actions,
  v.slippage_limit_bps, v.snapshot_max_age_seconds, v.approval_ttl_seconds, v.four_eyes,
  v.deposit_limit, v.deposited, v.denomination, v.denomination_decimals, v.mode, v.fence, v.version,
  v.ledger_sequence, v.cash, v.frozen, v.create_time, v.update_time,
  case when v.frozen then ${FREEZE_REASON} end as freeze_reason,
  (select r.rebalance_id from rebalances r where r.vault_id = v.vault_id and r.running)
    as open_rebalance_id,
  coalesce((
    select jsonb_agg(jsonb_build_object('asset_id', p.asset_id, 'side', p.side,
      'quantity', p.quantity::text, 'collateral', p.collateral::text))
    from vault_positions p
    where p.vault_id = v.vault_id and (p.quantity <> 0 or p.collateral <> 0) ${condition}
  ), '[]'::jsonb) as positions`;
}

/** Reads a vault. */
export function toVault(row: VaultRow): HeldVault {
  return {
    vaultId: row.vault_id,
    owner: row.owner,
    managers: row.managers,
    approvers: row.approvers,
    policy: {
      allowedActions: row.allowed_actions.map((text) => oneOf(STRATEGIC_ACTIONS, text)),
      allowedCollateralActions: row.allowed_collateral_actions.map((text) =>
        oneOf(COLLATERAL_ACTIONS, text),
      ),
      slippageLimitBps: row.slippage_limit_bps,
      snapshotMaxAgeSeconds: row.snapshot_max_age_seconds,
      approvalTtlSeconds: row.approval_ttl_seconds,
      fourEyes: row.four_eyes,
    },
    ...(row.deposit_limit !== null && { depositLimit: BigInt(row.deposit_limit) }),
    deposited: BigInt(row.deposited),
    denomination: row.denomination,
    denominationDecimals: row.denomination_decimals,
    mode: oneOf(MODES, row.mode),
    fence: toCount(row.fence),
    version: toCount(row.version),
    ledgerSequence: toCount(row.ledger_sequence),
    cash: BigInt(row.cash),
    frozen: row.frozen,
    ...(row.freeze_reason !== null && { freezeReason: row.freeze_reason }),
    ...(row.open_rebalance_id !== null && { openRebalanceId: row.open_rebalance_id }),
    createTime: toInstant(row.create_time),
    updateTime: toInstant(row.update_time),
    positions: sorted(row.positions.map(toPosition), byPosition),
  };
}

function toPosition(row: PositionRow): Position {
  return {
    assetId: row.asset_id,
    side: oneOf(['LONG', 'SHORT'], row.side),
    quantity: BigInt(row.quantity),
    collateral: BigInt(row.collateral),
  };
}

/** Reads the mode of a vault. */
export function toMode(text: string): VaultMode {
  return oneOf(MODES, text);
}

/** One line of the ledger. */
export interface LedgerRow {
  readonly vault_id: string;
  readonly sequence: string;
  readonly transaction_id: string;
  readonly kind: string;
  readonly account: string;
  readonly asset_id: string;
  readonly position_asset_id: string | null;
  readonly side: string | null;
  readonly amount: string;
  readonly rebalance_id: string | null;
  readonly order_id: string | null;
  readonly event_id: string | null;
  readonly book_time: Date;
}

/** Reads what moves in a line of the ledger. */
export function toLedgerLine(
  row: Pick<LedgerRow, 'kind' | 'account' | 'asset_id' | 'position_asset_id' | 'side' | 'amount'>,
): LedgerLine {
  const { position_asset_id: assetId, side } = row;
  return {
    kind: oneOf(LEDGER_KINDS, row.kind),
    account: oneOf(LEDGER_ACCOUNTS, row.account),
    assetId: row.asset_id,
    ...(assetId !== null &&
      side !== null && { position: { assetId, side: oneOf(['LONG', 'SHORT'], side) } }),
    amount: BigInt(row.amount),
  };
}

/** Reads a line of the ledger. */
export function toLedgerEntry(row: LedgerRow): LedgerEntry {
  return {
    ...toLedgerLine(row),
    vaultId: row.vault_id,
    sequence: toCount(row.sequence),
    transactionId: row.transaction_id,
    ...(row.rebalance_id !== null && { rebalanceId: row.rebalance_id }),
    ...(row.order_id !== null && { orderId: row.order_id }),
    ...(row.event_id !== null && { eventId: row.event_id }),
    bookTime: toInstant(row.book_time),
  };
}
