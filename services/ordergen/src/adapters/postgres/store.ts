import { inTransaction, withIdempotency, findIdempotent, type Database } from '@trimtab/storage';
import { dispatchData } from '../../application/feed-action.js';
import type {
  CommitOutcome,
  InboxEntry,
  OrderGenStore,
  UnansweredAction,
} from '../../application/ports.js';
import type { RebalanceStep } from '../../application/rebalance-step.js';
import { createControlStore } from './control-store.js';
import { createPreparedQuery, createQuery, violatedKey, type Query } from './query.js';
import { createRebalanceReader, type StoredMessages } from './rebalance-reader.js';
import { toActionRecord, type ActionRow } from './rebalance-rows.js';
import { toDate } from './row-values.js';
import { createSession } from './session.js';
import { INBOX_CONSUMER, STEP_STATEMENT, stepValues } from './step-statement.js';
import type { OrderGenTables } from './tables.js';
import { createVaultReader } from './vault-reader.js';

/** OrderGen's store in PostgreSQL. */
export function createStore(
  database: Database<OrderGenTables>,
  stored: StoredMessages,
): OrderGenStore {
  const query = createQuery(database.kysely);
  return {
    ...createControlStore(query),
    ...createVaultReader(query, createPreparedQuery(database.pool, 'vaults')),
    ...createRebalanceReader(query, stored),
    commit: async (step) => {
      try {
        if (step.alone) return await commitAlone(database, step, stored);
        // Named, so that the server parses it once per connection.
        const { rows } = await database.pool.query<{ applied: number }>({
          name: 'rebalance-step',
          text: STEP_STATEMENT,
          values: [...stepValues(step)],
        });
        return rows[0]?.applied === 1 ? 'COMMITTED' : 'CONFLICT';
      } catch (error) {
        if (violatedKey(error) === 'inbox_pkey') return 'DUPLICATE';
        throw error;
      }
    },
    transaction: (run) =>
      inTransaction(database, (tx) => run(createSession(createQuery(tx), stored))),
    findResponse: (key) => findIdempotent(database, key),
    once: async (key, run) => {
      const { response } = await withIdempotency(database, key, (tx) =>
        run(createSession(createQuery(tx), stored)),
      );
      return response;
    },
    recordReport: (report) => recordReport(query, report),
    knowsReport: async (eventId) => {
      const rows = await query(
        `select from inbox where consumer = '${INBOX_CONSUMER}' and event_id = $1`,
        [eventId],
      );
      return rows.length > 0;
    },
    findUnanswered: async (dispatchedBefore) => {
      const rows = await query<{ rebalance_id: string; index: number; order_id: string }>(
        `select r.rebalance_id, a.index, a.order_id
         from rebalances r
         join rebalance_actions a on a.rebalance_id = r.rebalance_id and a.index = r.dispatched_index
         join vaults v on v.vault_id = r.vault_id
         where r.running and r.dispatch_time <= $1 and not v.frozen
         order by r.dispatch_time limit 500`,
        [toDate(dispatchedBefore)],
      );
      return rows.map((row) => ({
        rebalanceId: row.rebalance_id,
        index: row.index,
        orderId: row.order_id,
      }));
    },
    resend: (action, time) => resend(query, action, toDate(time)),
    findExpired: async (now) => {
      const rows = await query<{ rebalance_id: string }>(
        `select rebalance_id from rebalances
         where running and state in ('EXECUTING', 'AWAITING_APPROVAL') and (expire_time <= $1
           or (state = 'AWAITING_APPROVAL' and approval_expire_time <= $1))
         order by expire_time limit 500`,
        [toDate(now)],
      );
      return rows.map((row) => row.rebalance_id);
    },
  };
}

/** Under the vault's lock, which a new rebalance takes too: none can start in between. */
async function commitAlone(
  database: Database<OrderGenTables>,
  step: RebalanceStep,
  stored: StoredMessages,
): Promise<CommitOutcome> {
  return inTransaction(database, async (tx) => {
    const session = createSession(createQuery(tx), stored);
    const vault = await session.lockVault(step.vaultId);
    return vault?.openRebalanceId === undefined ? session.commit(step) : 'CONFLICT';
  });
}

async function recordReport(query: Query, report: InboxEntry): Promise<boolean> {
  const rows = await query(
    `insert into inbox
       (consumer, event_id, aggregate_id, state, sequence, subject, payload, received_time)
     values ('${INBOX_CONSUMER}', $1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing returning event_id`,
    [
      report.eventId,
      report.rebalanceId,
      report.state,
      report.index,
      report.subject,
      Buffer.from(report.payload),
      toDate(report.receivedTime),
    ],
  );
  return rows.length > 0;
}

/**
 * Only while the action is still the one that is out, and its last message has left; the time starts
 * again, so that it is sent once per period. The version rises, because watchers get an entry more; the
 * vault is locked first, as everywhere, so that no step under its lock meets another version.
 */
async function resend(
  query: Query,
  { rebalanceId, index, orderId }: UnansweredAction,
  time: Date,
): Promise<boolean> {
  const [row] = await query<ActionRow & { readonly send_count: number }>(
    `select a.*, o.send_count, exists (select from rebalance_pins p
       where p.rebalance_id = a.rebalance_id and p.index = a.index) as pinned
     from rebalance_actions a join outbox o on o.event_id = a.order_id
     where a.rebalance_id = $1 and a.index = $2 and o.sent`,
    [rebalanceId, index],
  );
  if (row === undefined) return false;
  const sent = await query(
    `with guard as (
       select r.rebalance_id, v.ledger_sequence
       from vaults v join rebalances r on r.vault_id = v.vault_id
       where r.rebalance_id = $1 and r.running and r.dispatched_index = $2
       for update of v, r
     ), waiting as (
       update rebalances r
       set dispatch_time = $3, version = version + 1, feed_count = feed_count + 1
       from guard
       where r.rebalance_id = guard.rebalance_id
         and exists (select from outbox where event_id = $4 and sent and send_count = $5)
       returning r.*, guard.ledger_sequence
     ), feed_row as (
       insert into rebalance_feed
         (rebalance_id, sequence, kind, data, state, state_hash, ledger_sequence, occur_time)
       select w.rebalance_id, w.feed_count, 'DISPATCH', $6, w.state, w.state_hash,
         w.ledger_sequence, $3
       from waiting w
     )
     update outbox set sent = false, enqueue_time = now() from waiting
     where outbox.event_id = $4 and outbox.sent returning outbox.event_id`,
    [
      rebalanceId,
      index,
      time,
      orderId,
      row.send_count,
      dispatchData(toActionRecord(row), row.send_count + 1),
    ],
  );
  return sent.length > 0;
}
