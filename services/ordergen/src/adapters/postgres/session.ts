import { present } from '@trimtab/core';
import type { LedgerEntry, LedgerTransaction, OrderGenSession } from '../../application/ports.js';
import type { NewRebalance } from '../../application/rebalance-record.js';
import { changesOf } from '../../domain/ledger-holdings.js';
import { imbalanceOf } from '../../domain/ledger.js';
import type { HeldVault, Vault } from '../../domain/vault.js';
import { createControlSession } from './control-store.js';
import { foldToText } from './fold-json.js';
import type { Query } from './query.js';
import { createRebalanceReader, type StoredMessages } from './rebalance-reader.js';
import { toDate } from './row-values.js';
import { ledgerJson, STEP_STATEMENT, stepValues } from './step-statement.js';
import {
  toLedgerEntry,
  toVault,
  VAULT_COLUMNS,
  type LedgerRow,
  type VaultRow,
} from './vault-rows.js';

/** The work of one transaction. */
export function createSession(query: Query, stored: StoredMessages): OrderGenSession {
  const reader = createRebalanceReader(query, stored);
  return {
    ...createControlSession(query),
    listWaiting: reader.listWaiting,
    lockVault: async (vaultId) => {
      await query('select from vaults where vault_id = $1 for update', [vaultId]);
      // Read after the lock is held: a sub-select of the locking statement would be older.
      const [row] = await query<VaultRow>(
        `select ${VAULT_COLUMNS} from vaults v where v.vault_id = $1`,
        [vaultId],
      );
      return row === undefined ? undefined : toVault(row);
    },
    insertVault: (vault) => insertVault(query, vault),
    book: (vault, transaction, change) => book(query, vault, transaction, change),
    changeMode: async (vaultId, { mode, changedBy, reason, time }) => {
      const values = [vaultId, mode, changedBy, reason, toDate(time)];
      await query(
        `with changed as (
           update vaults set mode = $2, fence = fence + 1, update_time = $5
           where vault_id = $1 returning vault_id, fence
         )
         insert into vault_mode_changes (vault_id, fence, mode, changed_by, reason, change_time)
         select vault_id, fence, $2, $3, $4, $5 from changed`,
        values,
      );
    },
    insertRebalance: (rebalance) => insertRebalance(query, rebalance),
    loadRunning: reader.loadRunning,
    findAction: reader.findAction,
    findVault: async (vaultId) => {
      const [row] = await query<VaultRow>(
        `select ${VAULT_COLUMNS} from vaults v where v.vault_id = $1`,
        [vaultId],
      );
      return row === undefined ? undefined : toVault(row);
    },
    findRebalance: reader.findRebalance,
    commit: async (step) => {
      const [row] = await query<{ applied: number }>(STEP_STATEMENT, stepValues(step));
      return row?.applied === 1 ? 'COMMITTED' : 'CONFLICT';
    },
  };
}

async function insertVault(query: Query, vault: Vault): Promise<void> {
  const { policy } = vault;
  await query(
    `insert into vaults (vault_id, owner, managers, approvers, slippage_limit_bps,
       snapshot_max_age_seconds, approval_ttl_seconds, deposit_limit, denomination,
       denomination_decimals, mode, fence, version, create_time, update_time, four_eyes,
       allowed_actions, allowed_collateral_actions)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17)`,
    [
      vault.vaultId,
      vault.owner,
      vault.managers,
      vault.approvers,
      policy.slippageLimitBps,
      policy.snapshotMaxAgeSeconds,
      policy.approvalTtlSeconds,
      vault.depositLimit?.toString() ?? null,
      vault.denomination,
      vault.denominationDecimals,
      vault.mode,
      vault.fence,
      vault.version,
      toDate(vault.createTime),
      policy.fourEyes,
      policy.allowedActions,
      policy.allowedCollateralActions,
    ],
  );
}

async function book(
  query: Query,
  vault: HeldVault,
  transaction: LedgerTransaction,
  change: Parameters<OrderGenSession['book']>[2],
): Promise<readonly LedgerEntry[]> {
  const broken = imbalanceOf(transaction.lines);
  present(broken === undefined ? true : undefined, `the lines of ${broken ?? ''} sum to 0`);
  const { cash, positions } = changesOf(transaction.lines);
  await query(
    `update vaults set cash = cash + $2::numeric, deposited = deposited + $3::numeric,
       version = version + 1, ledger_sequence = ledger_sequence + $4, update_time = $5
     where vault_id = $1`,
    [
      vault.vaultId,
      cash.toString(),
      change.deposited.toString(),
      transaction.lines.length,
      toDate(change.time),
    ],
  );
  for (const { assetId, side, quantity, collateral } of positions) {
    await query(
      `insert into vault_positions (vault_id, asset_id, side, quantity, collateral)
       values ($1, $2, $3, $4, $5)
       on conflict (vault_id, asset_id, side) do update
       set quantity = vault_positions.quantity + excluded.quantity,
         collateral = vault_positions.collateral + excluded.collateral`,
      [vault.vaultId, assetId, side, quantity.toString(), collateral.toString()],
    );
  }
  const rows = await query<LedgerRow>(
    `insert into ledger_entries (vault_id, sequence, transaction_id, kind, account, asset_id,
       position_asset_id, side, amount, book_time)
     select $1, $2::bigint + l.line, l.transaction_id, l.kind, l.account, l.asset_id,
       l.position_asset_id, l.side, l.amount, $3::timestamptz
     from jsonb_to_recordset($4::jsonb) as l(line bigint, transaction_id text, kind text,
       account text, asset_id text, position_asset_id text, side text, amount numeric)
     order by l.line
     returning *`,
    [
      vault.vaultId,
      vault.ledgerSequence,
      toDate(change.time),
      JSON.stringify(ledgerJson([transaction])),
    ],
  );
  return rows.map(toLedgerEntry);
}

async function insertRebalance(query: Query, fresh: NewRebalance): Promise<boolean> {
  const { facts, head, snapshot, plan } = fresh;
  await query(
    'insert into snapshot_copies (snapshot_hash, document) values ($1, $2) on conflict do nothing',
    [snapshot.snapshotHash, Buffer.from(snapshot.bytes)],
  );
  if (plan !== undefined) {
    await query(
      'insert into plan_copies (plan_hash, document) values ($1, $2) on conflict do nothing',
      [plan.planHash, Buffer.from(plan.bytes)],
    );
  }
  const inserted = await query(
    `insert into rebalances (rebalance_id, vault_id, version, state, running, fence, plan_hash,
       tx_bundle_hash, target_weights_hash, snapshot_hash, h0, document, expire_time, fold,
       state_hash, event_count, waiting_count, feed_count, requested_by, trace_id, traceparent,
       create_time, update_time, approval_expire_time)
     values ($1, $2, 1, $3, true, $4, $5, $6, $7, $8, $9, $10, $11, $12, $9, 0, 0, 0, $13, $14,
       $15, $16, $16, $17)
     on conflict do nothing
     returning rebalance_id`,
    [
      facts.rebalanceId,
      facts.vaultId,
      head.state.state,
      facts.fence,
      facts.planHash,
      facts.txBundleHash,
      facts.targetWeightsHash,
      snapshot.snapshotHash,
      facts.h0,
      JSON.stringify(facts.document),
      toDate(facts.expireTime),
      foldToText(head.state),
      facts.requestedBy,
      facts.traceId,
      facts.traceparent ?? null,
      toDate(facts.createTime),
      facts.approvalExpireTime === undefined ? null : toDate(facts.approvalExpireTime),
    ],
  );
  if (inserted.length === 0) return false;
  await query(
    `insert into rebalance_actions (rebalance_id, index, state)
     select $1, generate_series(0, $2::integer - 1), 'PENDING'`,
    [facts.rebalanceId, facts.actions.length],
  );
  return true;
}
