import { present, refuse } from '@trimtab/core';
import { findIdempotent, withIdempotency, type Database } from '@trimtab/storage';
import type { Kysely, Transaction } from 'kysely';
import type { CreatedIntent, IntentStore, StoredIntent } from '../../application/ports.js';
import { intentNotFound } from '../../application/refusals.js';
import type { AcceptedChange } from '../../application/state-change-ports.js';
import type { Intent } from '../../domain/intent.js';
import { isTerminal } from '../../domain/lifecycle.js';
import { brokenOffTime } from './activation-store.js';
import { lockIntentRow, type RecordChange } from './intent-changes.js';
import { refusingTakenVault } from './one-live-per-vault.js';
import { fromIntentRow, fromKeptIntent, toAnswerText, toDate, toIntentRow } from './rows.js';
import { unansweredChange } from './state-change-store.js';
import type { IntentTables } from './tables.js';
import { wakeIntent } from './wake-work.js';

/** Intents in PostgreSQL. The idempotency key of a creation keeps the intent's id. */
export function createIntentStore(
  database: Database<IntentTables>,
  recordChange: RecordChange,
): IntentStore {
  const { kysely } = database;
  const stored = async (intentId: string): Promise<StoredIntent> =>
    present(await findIntent(kysely, intentId), 'a stored intent stays');
  return {
    find: (intentId) => findIntent(kysely, intentId),
    list: async (filter, page) => {
      let query = kysely
        .selectFrom('intents')
        .selectAll()
        .where('intent_id', '>', page.afterIntentId)
        .orderBy('intent_id')
        .limit(page.limit);
      if (filter.owner !== undefined) query = query.where('owner', '=', filter.owner);
      if (filter.states.length > 0) query = query.where('state', 'in', [...filter.states]);
      return (await query.execute()).map(fromIntentRow);
    },
    findCreated: async (key) => {
      const intentId = await findIdempotent(database, key);
      return intentId === undefined ? undefined : stored(fromBytes(intentId));
    },
    insert: async (key, intent, warnings) => {
      const insert = (): ReturnType<typeof withIdempotency> =>
        withIdempotency(database, key, async (tx) => {
          // The call that creates it goes on with it: the worker does not, unless the call breaks off.
          const row = { ...toIntentRow(intent, warnings), activation_due_time: brokenOffTime() };
          await tx.insertInto('intents').values(row).execute();
          await recordChange(tx, intent);
          return Buffer.from(intent.id, 'utf8');
        });
      const { response } = await refusingTakenVault(insert, intent.vaultId ?? '');
      return stored(fromBytes(response));
    },
    update: async (key, intentId, change) => {
      try {
        const { response } = await withIdempotency(database, key, (tx) =>
          writeUpdate(tx, intentId, change, recordChange),
        );
        const answer = JSON.parse(fromBytes(response)) as CreatedIntent;
        return { kind: 'UPDATED', answer: { ...answer, intent: fromKeptIntent(answer.intent) } };
      } catch (error) {
        if (error instanceof BehindChange) return { kind: 'BEHIND', other: error.other };
        throw error;
      }
    },
    staleLimits: async (limit) => {
      const rows = await kysely
        .selectFrom('intents')
        .selectAll()
        .where('limit_stale', '=', true)
        .where('state', 'in', ['ACTIVE', 'PAUSED'])
        .orderBy('update_time')
        .limit(limit)
        .execute();
      return rows.map(fromIntentRow);
    },
    limitSet: async (intent) => {
      await kysely
        .updateTable('intents')
        .set({ limit_stale: false })
        .where('intent_id', '=', intent.id)
        .where('update_time', '=', toDate(intent.updateTime))
        .execute();
    },
  };
}

/** Rolls the transaction of an update back, its key with it. */
class BehindChange extends Error {
  readonly other: AcceptedChange;
  constructor(other: AcceptedChange) {
    super(`change ${other.change.id} comes first`);
    this.other = other;
  }
}

async function writeUpdate(
  tx: Transaction<IntentTables>,
  intentId: string,
  change: (intent: Intent) => CreatedIntent,
  recordChange: RecordChange,
): Promise<Uint8Array> {
  const row = await lockIntentRow(tx, intentId);
  if (row === undefined) return refuse(intentNotFound(intentId));
  const before = fromIntentRow(row);
  const other = await unansweredChange(tx, before);
  if (other !== undefined) throw new BehindChange(other);
  const answer = change(before);
  const { intent } = answer;
  await tx
    .updateTable('intents')
    .set({
      spec: JSON.stringify(intent.spec),
      update_time: toDate(intent.updateTime),
      limit_stale: row.limit_stale || changesLimit(before, intent),
    })
    .where('intent_id', '=', intentId)
    .execute();
  // The engine goes by what is in force, not by what was when it last looked.
  await wakeIntent(tx, intentId, intent.updateTime);
  await recordChange(tx, intent);
  return Buffer.from(toAnswerText(answer), 'utf8');
}

async function findIntent(
  kysely: Kysely<IntentTables>,
  intentId: string,
): Promise<StoredIntent | undefined> {
  const row = await kysely
    .selectFrom('intents')
    .selectAll()
    .where('intent_id', '=', intentId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { first_answer: answer, warnings } = row;
  const intent = fromIntentRow(row);
  if (answer !== null) {
    return { intent, firstAnswer: { ...answer, intent: fromKeptIntent(answer.intent) } };
  }
  // An activation that was stopped ended the intent: nothing changes it any more.
  return { intent, firstAnswer: isTerminal(intent.state) ? { intent, warnings } : undefined };
}

/** Whether the vault that was made for the intent must be told of another limit. */
function changesLimit(before: Intent, after: Intent): boolean {
  const limitOf = ({ spec }: Intent): string => spec.constraints.maxCapital;
  return before.ownsVault && limitOf(before) !== limitOf(after);
}

function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
