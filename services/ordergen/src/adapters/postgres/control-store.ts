import type {
  AuditEntry,
  ControlSession,
  ControlStore,
  VaultTerms,
} from '../../application/control-ports.js';
import { readBooks } from './books-query.js';
import type { Query } from './query.js';
import { toDate } from './row-values.js';

/** What approvals, admins and the audit write inside a transaction. */
export function createControlSession(query: Query): Omit<ControlSession, 'listWaiting'> {
  return {
    recordApproval: async (rebalanceId, subject) => {
      const values = [rebalanceId, subject];
      await query('update rebalances set approved_by = $2 where rebalance_id = $1', values);
    },
    setTerms: (vaultId, terms, time) => setTerms(query, { vaultId, terms, time: toDate(time) }),
    setFrozen: async (vaultId, frozen, time) => {
      await query('update vaults set frozen = $2, update_time = $3 where vault_id = $1', [
        vaultId,
        frozen,
        toDate(time),
      ]);
    },
    appendAudit: (entry) => appendAudit(query, entry),
    readBooks: (vaultId) => readBooks(query, vaultId),
  };
}

interface StuckRow {
  readonly rebalance_id: string;
  readonly vault_id: string;
  readonly index: number;
  readonly order_id: string;
}

/** What the jobs that look at the clock read and write. */
export function createControlStore(query: Query): ControlStore {
  return {
    markStuck: async (dispatchedBefore, now) => {
      const times = [toDate(dispatchedBefore), toDate(now)];
      const rows = [
        ...(await query<StuckRow>(
          `update rebalance_actions a set stuck_time = $2
           from rebalances r
           where r.rebalance_id = a.rebalance_id and r.running and a.index = r.dispatched_index
             and a.dispatch_time <= $1 and a.stuck_time is null and a.settle_time is null
           returning r.rebalance_id, r.vault_id, a.index, a.order_id`,
          times,
        )),
        // What was out when its run faulted is settled by nothing, and may have moved money.
        ...(await query<StuckRow>(
          `update rebalance_actions a set stuck_time = $2
           from rebalances r
           where r.rebalance_id = a.rebalance_id and r.state = 'FAULTED'
             and a.state in ('DISPATCHED', 'PARTIALLY_FILLED')
             and coalesce(a.exec_type, '') not in ('FILL', 'CANCELED', 'REJECTED', 'EXPIRED')
             and a.dispatch_time <= $1 and a.stuck_time is null and a.settle_time is null
           returning r.rebalance_id, r.vault_id, a.index, a.order_id`,
          times,
        )),
      ];
      return rows.map((row) => ({
        rebalanceId: row.rebalance_id,
        vaultId: row.vault_id,
        index: row.index,
        orderId: row.order_id,
      }));
    },
    findAuditDue: async (auditedBefore, limit) => {
      const rows = await query<{ vault_id: string }>(
        `select v.vault_id from vaults v left join vault_audits a on a.vault_id = v.vault_id
         where a.vault_id is null or a.vault_version <> v.version or a.audit_time <= $1
           -- A line that nobody numbered would collide with the next booking, so no event would come.
           or (not v.frozen and exists (select from ledger_entries e
             where e.vault_id = v.vault_id and e.sequence > v.ledger_sequence))
         order by a.audit_time nulls first, v.vault_id limit $2`,
        [toDate(auditedBefore), limit],
      );
      return rows.map((row) => row.vault_id);
    },
    readBooks: (vaultId) => readBooks(query, vaultId),
    recordAudit: async ({ vaultId, vaultVersion, drift, time }) => {
      await query(
        `insert into vault_audits (vault_id, vault_version, drift, audit_time)
         values ($1, $2, $3, $4)
         on conflict (vault_id) do update set vault_version = excluded.vault_version,
           drift = excluded.drift, audit_time = excluded.audit_time`,
        [vaultId, vaultVersion, drift, toDate(time)],
      );
    },
    findUnexportedFaults: async () => {
      const rows = await query<{ rebalance_id: string }>(
        `select r.rebalance_id from rebalances r
         where r.state = 'FAULTED'
           and not exists (select from fault_bundles b where b.rebalance_id = r.rebalance_id)
         order by r.rebalance_id limit 100`,
      );
      return rows.map((row) => row.rebalance_id);
    },
    keepFaultBundle: async (rebalanceId, bundle, time) => {
      await query(
        `insert into fault_bundles (rebalance_id, bundle, export_time) values ($1, $2, $3)
         on conflict do nothing`,
        [rebalanceId, bundle, toDate(time)],
      );
    },
  };
}

async function setTerms(
  query: Query,
  change: { readonly vaultId: string; readonly terms: VaultTerms; readonly time: Date },
): Promise<void> {
  const { policy, managers, approvers, depositLimit } = change.terms;
  await query(
    `update vaults set managers = $2, approvers = $3, slippage_limit_bps = $4,
       snapshot_max_age_seconds = $5, approval_ttl_seconds = $6, four_eyes = $7,
       deposit_limit = $8, update_time = $9, allowed_actions = $10,
       allowed_collateral_actions = $11
     where vault_id = $1`,
    [
      change.vaultId,
      managers,
      approvers,
      policy.slippageLimitBps,
      policy.snapshotMaxAgeSeconds,
      policy.approvalTtlSeconds,
      policy.fourEyes,
      depositLimit?.toString() ?? null,
      change.time,
      policy.allowedActions,
      policy.allowedCollateralActions,
    ],
  );
}

async function appendAudit(query: Query, entry: AuditEntry): Promise<void> {
  await query(
    `insert into audit_entries
       (verb, vault_id, rebalance_id, subject, reason, details, entry_time)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      entry.verb,
      entry.vaultId,
      entry.rebalanceId ?? null,
      entry.subject,
      entry.reason,
      entry.details,
      toDate(entry.time),
    ],
  );
}
