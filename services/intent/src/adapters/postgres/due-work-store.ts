import { compare, sorted } from '@trimtab/core';
import { inTransaction, sql, withIdempotency, type Database } from '@trimtab/storage';
import type { Transaction } from 'kysely';
import type { ClaimedWork, ClaimRequest, DueWorkStore } from '../../application/engine-ports.js';
import type { AgentKind } from '@trimtab/strategy';
import type { Intent } from '../../domain/intent.js';
import type { RecordChange } from './intent-changes.js';
import { isHeld } from './lease.js';
import type { Notify } from './notify.js';
import { fromDate, fromKeptIntent, toDate } from './rows.js';
import type { IntentTables } from './tables.js';
import { createWriteReport } from './write-report.js';

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

/** Most intents that a claim answers of those that asked for an agent. */
const MAX_REQUESTS = 100;

/** The engine's work in PostgreSQL. Idle work costs nothing: due times are in an index. */
export function createDueWorkStore(
  database: Database<IntentTables>,
  recordChange: RecordChange,
  notify: Notify,
): DueWorkStore {
  const writeReport = createWriteReport(recordChange, notify);
  return {
    claim: (request) => inTransaction(database, (tx) => claim(tx, request)),
    report: async (report) => {
      const { response } = await withIdempotency(database, report.key, async (tx) => {
        const intent = await writeReport(tx, report);
        return Buffer.from(JSON.stringify(intent ?? null), 'utf8');
      });
      const kept = JSON.parse(Buffer.from(response).toString('utf8')) as Intent | null;
      return kept === null ? undefined : fromKeptIntent(kept);
    },
    isHeld: (intentId, leaseToken) => isHeld(database.kysely, intentId, leaseToken),
  };
}

/** What is woken from now on is woken for another claim. */
async function claim(
  tx: Transaction<IntentTables>,
  { engineId, agentKinds, limit, now, leaseExpireTime }: ClaimRequest,
): Promise<readonly ClaimedWork[]> {
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
      attempt_count = attempt_count + 1,
      woken = false
    from due where due_work.work_id = due.work_id
    returning due_work.*
  `.execute(tx);
  const work: ClaimedWork[] = [];
  for (const row of [...rows].sort(byDueTime)) work.push(toClaimed(row, await giveOut(tx, row)));
  return work;
}

/** The intents that asked for the work; those that were not given out since they asked come first. */
async function giveOut(
  tx: Transaction<IntentTables>,
  { work_id: workId, agent_kind: kind, lease_token: leaseToken }: ClaimedRow,
): Promise<readonly string[]> {
  if (kind !== 'POOL') return [];
  const { rows } = await sql<{ readonly intent_id: string }>`
    with given as (
      select intent_id from work_requests where work_id = ${workId}
      order by lease_token nulls first, request_time, intent_id limit ${MAX_REQUESTS}
      for update
    )
    update work_requests set lease_token = ${leaseToken}
    from given where work_id = ${workId} and work_requests.intent_id = given.intent_id
    returning work_requests.intent_id
  `.execute(tx);
  return sorted(
    rows.map((row) => row.intent_id),
    compare,
  );
}

function toClaimed(row: ClaimedRow, intentIds: readonly string[]): ClaimedWork {
  return {
    workId: row.work_id,
    agentKind: row.agent_kind,
    instanceKey: row.instance_key,
    intentId: row.intent_id ?? undefined,
    dueTime: fromDate(row.due_time),
    leaseToken: BigInt(row.lease_token),
    leaseExpireTime: fromDate(row.lease_expire_time),
    attemptCount: row.attempt_count - 1,
    intentIds,
  };
}

function byDueTime(left: ClaimedRow, right: ClaimedRow): number {
  const byTime = left.due_time.getTime() - right.due_time.getTime();
  return byTime === 0 ? compare(left.work_id, right.work_id) : byTime;
}
