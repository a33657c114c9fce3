import { present, refuse } from '@trimtab/core';
import { inTransaction, requestIdReused, type Database } from '@trimtab/storage';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { RequestKey } from '../../application/ports.js';
import { intentNotFound } from '../../application/refusals.js';
import type {
  Acceptance,
  AcceptedChange,
  ChangeRequest,
  StateChangeStore,
} from '../../application/state-change-ports.js';
import type { Intent } from '../../domain/intent.js';
import { isTerminal } from '../../domain/lifecycle.js';
import { stateChangeMessage } from '../../domain/notification.js';
import {
  answeredAfter,
  stateWhenAnswered,
  stepsOf,
  type StateChange,
} from '../../domain/state-change.js';
import { lockIntentRow, type RecordChange } from './intent-changes.js';
import { requireLease } from './lease.js';
import type { Notify } from './notify.js';
import { fromDate, fromIntentRow, fromKeptIntent, toDate } from './rows.js';
import { forgetSeriesOf, leaveSeries } from './series-store.js';
import type { IntentTables, StateChangesTable } from './tables.js';
import { endWork, wakeIntent } from './wake-work.js';

/** Changes of state in PostgreSQL. The row of a change is also its idempotency key. */
export function createStateChangeStore(
  database: Database<IntentTables>,
  recordChange: RecordChange,
  notify: Notify,
): StateChangeStore {
  const { kysely } = database;
  const written: RecordChange = async (tx, intent) => {
    await recordChange(tx, intent);
    await notify(tx, intent, 'STATE_CHANGE', stateChangeMessage(intent));
  };
  const update = (change: StateChange, set: Partial<Selectable<StateChangesTable>>) =>
    kysely
      .updateTable('state_changes')
      .set({ due_time: set.due_time, done_count: set.done_count, attempt_count: set.attempt_count })
      .where('change_id', '=', change.id)
      .where('done_count', '=', change.doneCount)
      .where('attempt_count', '=', change.attemptCount)
      .execute();
  return {
    findAccepted: (key) => findByKey(kysely, key),
    accept: (request) => inTransaction(database, (tx) => accept(tx, request)),
    stepDone: (change, now) =>
      inTransaction(database, (tx) => advance(tx, { change, now, writes: false }, written)),
    writeState: (change, now) =>
      inTransaction(database, (tx) => advance(tx, { change, now, writes: true }, written)),
    stepBack: async (change, dueTime) => {
      await update(change, {
        done_count: change.doneCount - 1,
        attempt_count: change.attemptCount + 1,
        due_time: toDate(dueTime),
      });
      return reread(kysely, change.id);
    },
    tryAgain: async (change, dueTime) => {
      await update(change, { attempt_count: change.attemptCount + 1, due_time: toDate(dueTime) });
    },
    wait: async (change, dueTime) => {
      await update(change, { due_time: toDate(dueTime) });
    },
    abandon: async (change) => {
      await kysely
        .deleteFrom('state_changes')
        .where('change_id', '=', change.id)
        .where('done_count', '=', 0)
        .execute();
    },
    due: async (now, limit) => {
      const rows = await kysely
        .selectFrom('state_changes')
        .select('change_id')
        .where('ended', '=', false)
        .where('due_time', '<=', toDate(now))
        .orderBy('due_time')
        .limit(limit)
        .execute();
      return Promise.all(rows.map((row) => reread(kysely, row.change_id)));
    },
  };
}

async function accept(
  tx: Transaction<IntentTables>,
  { key, change, check, leaseToken }: ChangeRequest,
): Promise<Acceptance> {
  const row = await lockIntentRow(tx, change.intentId);
  if (row === undefined) return refuse(intentNotFound(change.intentId));
  // A twin may have been accepted while this one waited for the lock.
  const twin = await findByKey(tx, key);
  if (twin !== undefined) return { kind: 'ACCEPTED', accepted: twin };
  const intent = fromIntentRow(row);
  const other = await unansweredChange(tx, intent);
  if (other !== undefined) return { kind: 'BEHIND', other };
  check(intent);
  if (leaseToken !== undefined) await requireLease(tx, change.intentId, leaseToken);
  await tx
    .insertInto('state_changes')
    .values({
      change_id: change.id,
      intent_id: change.intentId,
      to_state: change.to,
      moved_by: change.by,
      reason: change.reason,
      done_count: 0,
      attempt_count: 0,
      ended: false,
      answer: null,
      due_time: toDate(change.createTime),
      started_by: key.subject,
      method: key.method,
      request_id: key.requestId,
      request_hash: key.requestHash,
      create_time: toDate(change.createTime),
    })
    .execute();
  return { kind: 'ACCEPTED', accepted: { change, intent, answer: undefined } };
}

/** The change of an intent that is not answerable yet; at most one is. */
export async function unansweredChange(
  tx: Transaction<IntentTables>,
  intent: Intent,
): Promise<AcceptedChange | undefined> {
  const row = await tx
    .selectFrom('state_changes')
    .selectAll()
    .where('intent_id', '=', intent.id)
    .where('answer', 'is', null)
    .executeTakeFirst();
  return row && toAccepted(row, intent);
}

interface Advance {
  readonly change: StateChange;
  readonly now: StateChange['createTime'];
  readonly writes: boolean;
}

async function advance(
  tx: Transaction<IntentTables>,
  { change, now, writes }: Advance,
  recordChange: RecordChange,
): Promise<AcceptedChange> {
  const row = present(await lockIntentRow(tx, change.intentId), 'a stored intent stays');
  const before = fromIntentRow(row);
  const doneCount = change.doneCount + 1;
  // An end that came first stands.
  const moves = writes && !isTerminal(before.state);
  const changed: Intent = moves
    ? { ...before, state: change.to, stateReason: change.reason, updateTime: now }
    : before;
  const answers = doneCount === answeredAfter(change);
  const answer = { ...changed, state: stateWhenAnswered(changed.state, change.to) };
  const updated = await tx
    .updateTable('state_changes')
    .set({
      done_count: doneCount,
      due_time: toDate(now),
      ended: doneCount === stepsOf(change).length,
      ...(answers && { answer: JSON.stringify(answer) }),
    })
    .where('change_id', '=', change.id)
    .where('done_count', '=', change.doneCount)
    .executeTakeFirst();
  // A twin was faster: its step is the one that counts.
  if (updated.numUpdatedRows === 0n) return reread(tx, change.id);
  if (stepsOf(change)[change.doneCount] === 'CLOSE_VAULT') {
    await forgetSeriesOf(tx, change.intentId);
  }
  if (!moves) return reread(tx, change.id);
  await tx
    .updateTable('intents')
    .set({ state: change.to, state_reason: change.reason, update_time: toDate(now) })
    .where('intent_id', '=', change.intentId)
    .execute();
  await tellEngine(tx, change, now);
  await recordChange(tx, changed);
  return reread(tx, change.id);
}

/** An intent that runs again is looked at at once; one that has ended never again. */
async function tellEngine(
  tx: Transaction<IntentTables>,
  { intentId, to }: StateChange,
  now: StateChange['createTime'],
): Promise<void> {
  if (to === 'ACTIVE') await wakeIntent(tx, intentId, now);
  if (!isTerminal(to)) return;
  await endWork(tx, intentId);
  await leaveSeries(tx, intentId, now);
}

async function findByKey(
  kysely: Kysely<IntentTables>,
  key: RequestKey,
): Promise<AcceptedChange | undefined> {
  const row = await kysely
    .selectFrom('state_changes')
    .selectAll()
    .where('started_by', '=', key.subject)
    .where('method', '=', key.method)
    .where('request_id', '=', key.requestId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.request_hash !== key.requestHash) throw requestIdReused(key.requestId);
  return withIntent(kysely, row);
}

async function reread(kysely: Kysely<IntentTables>, changeId: string): Promise<AcceptedChange> {
  const row = await kysely
    .selectFrom('state_changes')
    .selectAll()
    .where('change_id', '=', changeId)
    .executeTakeFirst();
  return withIntent(kysely, present(row, 'a change with a done step stays'));
}

async function withIntent(
  kysely: Kysely<IntentTables>,
  row: Selectable<StateChangesTable>,
): Promise<AcceptedChange> {
  const intent = await kysely
    .selectFrom('intents')
    .selectAll()
    .where('intent_id', '=', row.intent_id)
    .executeTakeFirstOrThrow();
  return toAccepted(row, fromIntentRow(intent));
}

function toAccepted(row: Selectable<StateChangesTable>, intent: Intent): AcceptedChange {
  const change: StateChange = {
    id: row.change_id,
    intentId: row.intent_id,
    to: row.to_state,
    by: row.moved_by,
    reason: row.reason,
    doneCount: row.done_count,
    attemptCount: row.attempt_count,
    createTime: fromDate(row.create_time),
  };
  return { change, intent, answer: row.answer === null ? undefined : fromKeptIntent(row.answer) };
}
