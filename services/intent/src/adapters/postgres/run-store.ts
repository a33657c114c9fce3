import { setTimeout as pause } from 'node:timers/promises';
import { domainError, DomainFailure, present } from '@trimtab/core';
import {
  inTransaction,
  requestIdReused,
  sql,
  type Database,
  type Transaction,
} from '@trimtab/storage';
import { currentTraceparent } from '@trimtab/telemetry';
import type { RequestKey } from '../../application/ports.js';
import type { RunStore, SeriesChoice, StartTerms } from '../../application/run-ports.js';
import type { Run } from '../../domain/run.js';
import { lockIntentRow } from './intent-changes.js';
import { requireLease } from './lease.js';
import { fromDate, fromRunRow, toDate, toOutcomeColumns } from './rows.js';
import { noteSeries } from './series-store.js';
import type { IntentTables } from './tables.js';
import { lockWork, wakeWork, workIdsOf } from './wake-work.js';

/** Runs in PostgreSQL. The row of a run is also its idempotency key. */
export function createRunStore(database: Database<IntentTables>): RunStore {
  const { kysely } = database;
  const findStarted = async (key: RequestKey): Promise<Run | undefined> => {
    const row = await kysely
      .selectFrom('runs')
      .selectAll()
      .where('started_by', '=', key.subject)
      .where('request_id', '=', key.requestId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.request_hash !== key.requestHash) throw requestIdReused(key.requestId);
    return fromRunRow(row);
  };
  const find = async (runId: string): Promise<Run> => {
    const row = await kysely
      .selectFrom('runs')
      .selectAll()
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return fromRunRow(present(row, 'a stored run stays'));
  };
  return {
    findStarted,
    start: async (key, run, terms) => {
      await inTransaction(database, (tx) => insertRun(tx, { key, run, ...terms }));
      return present(await findStarted(key), 'it was just written, by this call or a twin');
    },
    list: async (intentId, { afterRunId, limit }) => {
      let query = kysely
        .selectFrom('runs')
        .selectAll()
        .where('intent_id', '=', intentId)
        .orderBy('create_time', 'desc')
        .orderBy('run_id')
        .limit(limit);
      if (afterRunId !== undefined) {
        const { createTime } = await find(afterRunId);
        const time = toDate(createTime);
        query = query.where((is) =>
          is.or([
            is('create_time', '<', time),
            is.and([is('create_time', '=', time), is('run_id', '>', afterRunId)]),
          ]),
        );
      }
      return (await query.execute()).map(fromRunRow);
    },
    lease: async ({ runId, leaseId }, signal) => {
      for (;;) {
        const taken = await kysely
          .updateTable('runs')
          .set({ lease_id: leaseId, lease_expire_time: leaseEnd() })
          .where('run_id', '=', runId)
          .where('outcome', '=', 'RUNNING')
          .where((is) => is.or([is('lease_expire_time', '<=', sql<Date>`now()`), mine(leaseId)]))
          .returningAll()
          .executeTakeFirst();
        if (taken !== undefined) return fromRunRow(taken);
        const run = await find(runId);
        if (run.outcome.kind !== 'RUNNING') return run;
        await pauseFor(signal);
      }
    },
    release: async ({ runId, leaseId }) => {
      await kysely
        .updateTable('runs')
        .set({ lease_id: null, lease_expire_time: sql<Date>`now()` })
        .where('run_id', '=', runId)
        .where('lease_id', '=', leaseId)
        .execute();
    },
    advance: async ({ runId, leaseId }, progress) => {
      // On the right side of || wins what is there already: the first writer of a field.
      await kysely
        .updateTable('runs')
        .set({
          progress: sql<string>`${JSON.stringify(progress)}::jsonb || progress`,
          lease_expire_time: sql<Date>`case when ${mine(leaseId)} then ${leaseEnd()}
            else lease_expire_time end`,
        })
        .where('run_id', '=', runId)
        .where('outcome', '=', 'RUNNING')
        .execute();
      return find(runId);
    },
    chooseSeries: async ({ runId }, choice) => {
      await inTransaction(database, (tx) => chooseSeries(tx, runId, choice));
      return find(runId);
    },
    end: async ({ runId, leaseId }, outcome, now) => {
      await kysely
        .updateTable('runs')
        .set({ ...toOutcomeColumns(outcome), end_time: toDate(now) })
        .where('run_id', '=', runId)
        .where('lease_id', '=', leaseId)
        .where('outcome', '=', 'RUNNING')
        .execute();
      return find(runId);
    },
    leftBehind: async (limit) => {
      const rows = await kysely
        .selectFrom('runs')
        .selectAll()
        .where('outcome', '=', 'RUNNING')
        .where(
          'lease_expire_time',
          '<=',
          sql<Date>`now() - make_interval(secs => ${LEFT_AFTER_SECONDS})`,
        )
        .orderBy('lease_expire_time')
        .limit(limit)
        .execute();
      return rows.map(fromRunRow);
    },
    rebalancesSince: async (intentId, since) => {
      const rows = await kysely
        .selectFrom('runs')
        .select(['run_id', 'rebalance_id', 'end_time', 'cost_bps'])
        .where('intent_id', '=', intentId)
        .where('outcome', '=', 'REBALANCE')
        .where('purpose', '<>', 'SETTLE')
        .where('end_time', '>', toDate(since))
        .orderBy('end_time', 'desc')
        .execute();
      return rows.map((row) => ({
        runId: row.run_id,
        rebalanceId: present(row.rebalance_id ?? undefined, 'checked by the table'),
        endTime: fromDate(present(row.end_time ?? undefined, 'checked by the table')),
        costBps: row.cost_bps ?? undefined,
      }));
    },
    keepCost: async (runId, costBps) => {
      await kysely
        .updateTable('runs')
        .set({ cost_bps: costBps })
        .where('run_id', '=', runId)
        .where('cost_bps', 'is', null)
        .execute();
    },
  };
}

/** Longer than a call to another service may take by itself. */
const LEASE_SECONDS = 15;
/** How long a run is left to the retry of its caller before the worker takes it. */
const LEFT_AFTER_SECONDS = 5;
const LOOK_AGAIN_MILLIS = 50;

const leaseEnd = () => sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;
const mine = (leaseId: string) => sql<boolean>`coalesce(lease_id = ${leaseId}, false)`;

async function pauseFor(signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(LOOK_AGAIN_MILLIS, undefined, signal && { signal });
  } catch (error) {
    const message = 'the call ended while another one was taking its run to the end';
    const failure = domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', message);
    throw new DomainFailure(failure, { cause: error });
  }
}

interface RunToInsert extends StartTerms {
  readonly key: RequestKey;
  readonly run: Run;
}

/** The lock of the intent gives its runs an order: of two that start at once, one is the first. */
async function insertRun(
  tx: Transaction<IntentTables>,
  { key, run, whenBusy, leaseToken }: RunToInsert,
): Promise<void> {
  await lockIntentRow(tx, run.intentId);
  if (leaseToken !== undefined) await requireLease(tx, run.intentId, leaseToken);
  const other = isExclusive(run) ? await runningRun(tx, run.intentId) : undefined;
  const outcome = other === undefined ? run.outcome : whenBusy(other);
  const endTime = outcome.kind === 'RUNNING' ? undefined : (run.endTime ?? run.createTime);
  await tx
    .insertInto('runs')
    .values({
      run_id: run.id,
      intent_id: run.intentId,
      vault_id: run.vaultId,
      started_by: run.startedBy,
      request_id: key.requestId,
      request_hash: key.requestHash,
      trigger: run.trigger,
      purpose: run.purpose,
      trace_id: run.traceId,
      traceparent: currentTraceparent() ?? null,
      progress: JSON.stringify(run.progress),
      ...toOutcomeColumns(outcome),
      create_time: toDate(run.createTime),
      end_time: endTime === undefined ? null : toDate(endTime),
    })
    .onConflict((conflict) => conflict.columns(['started_by', 'request_id']).doNothing())
    .execute();
}

async function chooseSeries(
  tx: Transaction<IntentTables>,
  runId: string,
  { intent, index, purpose, now }: SeriesChoice,
): Promise<void> {
  const oracle = workIdsOf(intent, ['ORACLE']);
  await lockWork(tx, { workIds: oracle });
  const chosen = await tx
    .updateTable('runs')
    .set({ purpose, progress: sql<string>`progress || ${JSON.stringify({ index })}::jsonb` })
    .where('run_id', '=', runId)
    .where('outcome', '=', 'RUNNING')
    .where(sql<boolean>`not progress ? 'index'`)
    .executeTakeFirst();
  const { seriesId } = index;
  if (chosen.numUpdatedRows === 0n || seriesId === undefined) return;
  await noteSeries(tx, intent, { seriesId, now });
  await wakeWork(tx, oracle, now);
}

function isExclusive({ purpose, outcome }: Run): boolean {
  return purpose !== 'SETTLE' && outcome.kind === 'RUNNING';
}

async function runningRun(
  tx: Transaction<IntentTables>,
  intentId: string,
): Promise<Run | undefined> {
  const row = await tx
    .selectFrom('runs')
    .selectAll()
    .where('intent_id', '=', intentId)
    .where('outcome', '=', 'RUNNING')
    .where('purpose', '<>', 'SETTLE')
    .executeTakeFirst();
  return row && fromRunRow(row);
}
