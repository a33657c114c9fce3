import { refuse } from '@trimtab/core';
import { sql, withIdempotency, type Database } from '@trimtab/storage';
import type { Transaction } from 'kysely';
import type { AgentKind } from '@trimtab/strategy';
import type { ClaimedWork, DueWorkStore, WorkReport } from '../../application/engine-ports.js';
import { intentNotFound, leaseLost } from '../../application/refusals.js';
import type { Intent } from '../../domain/intent.js';
import { lockIntentRow, type RecordChange } from './intent-changes.js';
import { fromDate, fromIntentRow, fromKeptIntent, toDate } from './rows.js';
import type { IntentTables } from './tables.js';

interface ClaimedRow {
  readonly work_id: string;
  readonly agent_kind: AgentKind;
  readonly instance_key: string;
  readonly intent_id: string | null;
  readonly due_time: Date;
  readonly lease_token: string;
  readonly lease_expire_time: Date;
  readonly attempt_count: number;
}

/** The engine's work in PostgreSQL. Idle work costs nothing: due times are in an index. */
export function createDueWorkStore(
  database: Database<IntentTables>,
  recordChange: RecordChange,
): DueWorkStore {
  return {
    claim: async ({ engineId, agentKinds, limit, now, leaseExpireTime }) => {
      const kinds = agentKinds.length === 0 ? sql`true` : sql`agent_kind = any(${[...agentKinds]})`;
      const { rows } = await sql<ClaimedRow>`
        with due as (
          select work_id from due_work
          where due_time <= ${toDate(now)} and ${kinds}
            and (lease_expire_time is null or lease_expire_time <= ${toDate(now)})
          order by due_time, work_id limit ${limit}
          for update skip locked
        )
        update due_work set
          lease_token = nextval('lease_tokens'),
          engine_id = ${engineId},
          lease_expire_time = ${toDate(leaseExpireTime)},
          attempt_count = attempt_count + 1
        from due where due_work.work_id = due.work_id
        returning due_work.*
      `.execute(database.kysely);
      return rows.map(toClaimed).sort(byDueTime);
    },
    report: async (report) => {
      const { response } = await withIdempotency(database, report.key, async (tx) => {
        const intent = await write(tx, report, recordChange);
        return Buffer.from(JSON.stringify(intent ?? null), 'utf8');
      });
      const kept = JSON.parse(Buffer.from(response).toString('utf8')) as Intent | null;
      return kept === null ? undefined : fromKeptIntent(kept);
    },
  };
}

async function write(
  tx: Transaction<IntentTables>,
  report: WorkReport,
  recordChange: RecordChange,
): Promise<Intent | undefined> {
  const { intentId, workId, leaseToken } = report;
  const row = intentId === undefined ? undefined : await lockIntentRow(tx, intentId);
  if (intentId !== undefined && row === undefined) refuse(intentNotFound(intentId));
  const held = await sql`
    select 1 from due_work
    where lease_token = ${leaseToken.toString()} and engine_id is not null
      and ${workId === undefined ? sql`true` : sql`work_id = ${workId}`}
      and ${intentId === undefined ? sql`intent_id is null` : sql`intent_id = ${intentId}`}
    for update`.execute(tx);
  if (held.rows.length === 0) refuse(leaseLost(intentId ?? workId ?? '', leaseToken));
  if (workId !== undefined) await release(tx, workId, report);
  if (row === undefined) return undefined;
  const before = fromIntentRow(row);
  const after = report.change(before);
  const runtime = JSON.stringify(after.runtime);
  if (runtime === JSON.stringify(before.runtime)) return after;
  await tx.updateTable('intents').set({ runtime }).where('intent_id', '=', before.id).execute();
  await recordChange(tx, after);
  return after;
}

/** Ends the lease: the token stays, so that it is never taken for another. */
async function release(
  tx: Transaction<IntentTables>,
  workId: string,
  { nextDueTime, failed }: WorkReport,
): Promise<void> {
  await tx
    .updateTable('due_work')
    .set({
      due_time: nextDueTime === undefined ? null : toDate(nextDueTime),
      engine_id: null,
      lease_expire_time: null,
      ...(!failed && { attempt_count: 0 }),
    })
    .where('work_id', '=', workId)
    .execute();
}

function toClaimed(row: ClaimedRow): ClaimedWork {
  return {
    workId: row.work_id,
    agentKind: row.agent_kind,
    instanceKey: row.instance_key,
    intentId: row.intent_id ?? undefined,
    dueTime: fromDate(row.due_time),
    leaseToken: BigInt(row.lease_token),
    leaseExpireTime: fromDate(row.lease_expire_time),
    attemptCount: row.attempt_count - 1,
  };
}

function byDueTime(left: ClaimedWork, right: ClaimedWork): number {
  if (left.dueTime !== right.dueTime) return left.dueTime - right.dueTime;
  return left.workId < right.workId ? -1 : 1;
}
