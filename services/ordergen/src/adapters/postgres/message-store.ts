import type { SqlDatabase } from '@trimtab/storage';
import type { MessageStore, PrunedWindow } from '../../application/prune-messages.js';
import { toDate } from './row-values.js';
import { INBOX_CONSUMER } from './step-statement.js';

/** How many rows one look takes: by their primary key, so that pruning needs no index of its own. */
const WINDOW = 2_000;

const PRUNE_SENT = `
with looked as (
  select outbox_id, aggregate_id from outbox
  where outbox_id > coalesce($2::bigint, 0) order by outbox_id limit $3
),
gone as (
  delete from outbox o using looked l join rebalances r on r.rebalance_id = l.aggregate_id
  where o.outbox_id = l.outbox_id and o.sent and not r.running and r.end_time < $1
)
select max(outbox_id)::text as last, count(*)::integer as looked from looked`;

const PRUNE_DUPLICATES = `
with looked as (
  select event_id, aggregate_id from inbox
  where consumer = '${INBOX_CONSUMER}' and event_id > coalesce($2, '') order by event_id limit $3
),
gone as (
  delete from inbox i using looked l join rebalances r on r.rebalance_id = l.aggregate_id
  where i.consumer = '${INBOX_CONSUMER}' and i.event_id = l.event_id and i.state = 'DUPLICATE'
    and not r.running and r.end_time < $1 and i.received_time < $1
)
select max(event_id) as last, count(*)::integer as looked from looked`;

/** Creates the store of messages. A window that is not full was the last one. */
export function createMessageStore(database: SqlDatabase): MessageStore {
  const prune = async (
    statement: string,
    endedBefore: Date,
    after: string | undefined,
  ): Promise<PrunedWindow> => {
    const { rows } = await database.pool.query<{ last: string | null; looked: number }>(statement, [
      endedBefore,
      after ?? null,
      WINDOW,
    ]);
    const [row] = rows;
    return row === undefined || row.last === null || row.looked < WINDOW ? {} : { next: row.last };
  };
  return {
    pruneSent: (endedBefore, after) => prune(PRUNE_SENT, toDate(endedBefore), after),
    pruneDuplicates: (endedBefore, after) => prune(PRUNE_DUPLICATES, toDate(endedBefore), after),
  };
}
