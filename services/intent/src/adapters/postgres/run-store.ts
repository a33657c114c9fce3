import { domainError, present, refuse } from '@trimtab/core';
import type { Database } from '@trimtab/storage';
import { sql } from 'kysely';
import type { RequestKey, RunStore } from '../../application/ports.js';
import type { Run } from '../../domain/run.js';
import { fromRunRow, toDate, toOutcomeColumns } from './rows.js';
import type { IntentTables } from './tables.js';

/** Runs in PostgreSQL. The row of a run is also its idempotency key. */
export function createRunStore({ kysely }: Database<IntentTables>): RunStore {
  const findStarted = async (key: RequestKey): Promise<Run | undefined> => {
    const row = await kysely
      .selectFrom('runs')
      .selectAll()
      .where('started_by', '=', key.subject)
      .where('request_id', '=', key.requestId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.request_hash !== key.requestHash) refuseReuse(key);
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
    start: async (key, run) => {
      await kysely
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
          progress: JSON.stringify(run.progress),
          ...toOutcomeColumns(run.outcome),
          create_time: toDate(run.createTime),
          end_time: null,
        })
        .onConflict((conflict) => conflict.columns(['started_by', 'request_id']).doNothing())
        .execute();
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
    advance: async (runId, progress) => {
      // On the right side of || wins what is there already: the first writer of a field.
      await kysely
        .updateTable('runs')
        .set({ progress: sql<string>`${JSON.stringify(progress)}::jsonb || progress` })
        .where('run_id', '=', runId)
        .where('outcome', '=', 'RUNNING')
        .execute();
      return find(runId);
    },
    end: async (runId, outcome, now) => {
      await kysely
        .updateTable('runs')
        .set({ ...toOutcomeColumns(outcome), end_time: toDate(now) })
        .where('run_id', '=', runId)
        .where('outcome', '=', 'RUNNING')
        .execute();
      return find(runId);
    },
  };
}

function refuseReuse(key: RequestKey): never {
  const message = `request id ${key.requestId} was already used with another request`;
  refuse(
    domainError('INVALID_ARGUMENT', 'REQUEST_ID_REUSED', message, { request_id: key.requestId }),
  );
}
