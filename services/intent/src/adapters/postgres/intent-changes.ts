import { sql, type Kysely, type Transaction } from '@trimtab/storage';
import type { Intent } from '../../domain/intent.js';
import type { IntentEvents } from '../bus/intent-events.js';
import type { IntentTables } from './tables.js';

/** Serialises the writers of the sequence; any number that no other lock of the schema has. */
const SEQUENCE_LOCK = 7_306_112;

/** Writes an intent as it is now to the sequence of changes, in the transaction that changed it. */
export type RecordChange = (tx: Transaction<IntentTables>, intent: Intent) => Promise<void>;

/**
 * Creates the writer. Its lock is held until the commit, so that a reader who saw a number will never
 * see a lower one appear; the hint on the bus commits with it.
 */
export function createRecordChange(events: IntentEvents): RecordChange {
  return async (tx, intent) => {
    await sql`select pg_advisory_xact_lock(hashtext(current_schema()), ${SEQUENCE_LOCK})`.execute(
      tx,
    );
    const { rows } = await sql<{ readonly intent_sequence: string }>`
      insert into intent_changes (sequence, intent_id, owner, intent_sequence, document)
      select
        coalesce((select max(sequence) from intent_changes), 0) + 1,
        ${intent.id},
        ${intent.owner},
        coalesce((select max(intent_sequence) from intent_changes where intent_id = ${intent.id}), 0) + 1,
        ${JSON.stringify(intent)}::jsonb
      returning intent_sequence
    `.execute(tx);
    await events.enqueue(tx, intent, BigInt(rows[0]?.intent_sequence ?? '0'));
  };
}

/** The intent, locked until the end of the transaction. */
export async function lockIntentRow(tx: Kysely<IntentTables>, intentId: string) {
  return tx
    .selectFrom('intents')
    .selectAll()
    .where('intent_id', '=', intentId)
    .forUpdate()
    .executeTakeFirst();
}
