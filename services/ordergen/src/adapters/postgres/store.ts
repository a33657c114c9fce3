import { inTransaction, withIdempotency, findIdempotent, type Database } from '@trimtab/storage';
import type { InboxEntry, OrderGenStore, UnansweredAction } from '../../application/ports.js';
import { createQuery, violatedKey, type Query } from './query.js';
import { createRebalanceReader, type StoredMessages } from './rebalance-reader.js';
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
    ...createVaultReader(query),
    ...createRebalanceReader(query, stored),
    commit: async (step) => {
      try {
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
         where running and state = 'EXECUTING' and expire_time <= $1 order by expire_time limit 500`,
        [toDate(now)],
      );
      return rows.map((row) => row.rebalance_id);
    },
  };
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

/** Only while the action is still the one that is out; the time starts again, so that it is sent once per period. */
async function resend(query: Query, action: UnansweredAction, time: Date): Promise<boolean> {
  const rows = await query(
    `with waiting as (
       update rebalances set dispatch_time = $3
       where rebalance_id = $1 and running and dispatched_index = $2
       returning rebalance_id
     )
     update outbox set sent = false from waiting
     where outbox.event_id = $4 returning outbox.event_id`,
    [action.rebalanceId, action.index, time, action.orderId],
  );
  return rows.length > 0;
}
