import { inTransaction, type Database } from '@trimtab/storage';
import { sql } from 'kysely';
import type { PruneStore } from '../../application/prune.js';
import { toDate } from './rows.js';
import type { OracleTables } from './tables.js';

/** Deletes old rows; each call is one transaction of at most `limit` rows. */
export function createPruneStore(database: Database<OracleTables>): PruneStore {
  const db = database.kysely;
  return {
    async pruneObservations(before, limit) {
      const { numAffectedRows } = await sql`
        delete from observation_history where ctid = any(array(
          select h.ctid from observation_history h
          where h.receive_time < ${toDate(before)} and not exists (
            select from observations o
            where o.asset_id = h.asset_id and o.publisher = h.publisher
              and o.kind = h.kind and o.sequence = h.sequence)
          limit ${limit}))`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
    pruneChanges: (before, limit) =>
      inTransaction(database, async (tx) => {
        // A change that a later one replaced before that time says nothing about the time after it.
        const { rows } = await sql<{ count: string }>`
          with old as (
            delete from prices where sequence in (
              select p.sequence from prices p
              where p.occur_time < ${toDate(before)} and exists (
                select from prices later
                where later.asset_id = p.asset_id and later.sequence > p.sequence
                  and later.occur_time <= ${toDate(before)})
              order by p.sequence limit ${limit})
            returning sequence),
          moved as (
            update price_counter
            set pruned = greatest(pruned, (select max(sequence) from old))
            where exists (select from old))
          select count(*)::text as count from old`.execute(tx);
        return Number(rows[0]?.count ?? 0);
      }),
    async pruneSnapshots(before, limit) {
      const { numAffectedRows } = await sql`
        delete from snapshots where snapshot_hash in (
          select snapshot_hash from snapshots where take_time < ${toDate(before)} limit ${limit})
          and take_time < ${toDate(before)}`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
    async pruneSentEvents(limit) {
      const { numAffectedRows } = await sql`
        delete from outbox where outbox_id in (
          select outbox_id from outbox where sent limit ${limit})`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}
