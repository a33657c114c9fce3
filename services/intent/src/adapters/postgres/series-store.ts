import { addSeconds, type Instant } from '@trimtab/core';
import { sql, type Database, type Kysely, type Transaction } from '@trimtab/storage';
import type { SeriesStore } from '../../application/series-ports.js';
import { wantedSeries } from '../../domain/index-runtime.js';
import type { Intent } from '../../domain/intent.js';
import { fromDate, toDate } from './rows.js';
import type { IntentTables } from './tables.js';

/** Series of intents in PostgreSQL. */
export function createSeriesStore({ kysely }: Database<IntentTables>): SeriesStore {
  return {
    list: async (ticker, { after, limit }) => {
      const rows = await kysely
        .selectFrom('intent_series')
        .select('series_id')
        .distinct()
        .where('ticker', '=', ticker)
        .where('series_id', '>', after)
        .orderBy('series_id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.series_id);
    },
    left: async (now, limit) => {
      const rows = await kysely
        .selectFrom('intent_series')
        .select(['intent_id', 'series_id', 'check_time'])
        .where('wanted', '=', false)
        .where('check_time', '<=', toDate(now))
        .orderBy('check_time')
        .orderBy('intent_id')
        .orderBy('series_id')
        .limit(limit)
        .execute();
      if (rows.length === 0) return [];
      const isBought = await boughtNow(kysely, [...new Set(rows.map((row) => row.intent_id))]);
      return rows
        .map((row) => ({
          intentId: row.intent_id,
          seriesId: row.series_id,
          checkTime: fromDate(row.check_time),
        }))
        .filter(({ intentId, seriesId }) => !isBought(intentId, seriesId));
    },
    // A run that came since has moved the time; one that ended before shows in the vault.
    forget: async ({ intentId, seriesId, checkTime }) => {
      await kysely
        .deleteFrom('intent_series')
        .where('intent_id', '=', intentId)
        .where('series_id', '=', seriesId)
        .where('wanted', '=', false)
        .where('check_time', '=', toDate(checkTime))
        .execute();
    },
    lookAgain: async ({ intentId, seriesId, checkTime }, next) => {
      await kysely
        .updateTable('intent_series')
        .set({ check_time: toDate(next) })
        .where('intent_id', '=', intentId)
        .where('series_id', '=', seriesId)
        .where('check_time', '=', toDate(checkTime))
        .execute();
    },
  };
}

/** What runs of these intents are about to buy. */
async function boughtNow(
  kysely: Kysely<IntentTables>,
  intentIds: readonly string[],
): Promise<(intentId: string, seriesId: string) => boolean> {
  const runs = await kysely
    .selectFrom('runs')
    .select(['intent_id', sql<string | null>`progress->'index'->>'seriesId'`.as('series_id')])
    .where('intent_id', 'in', [...intentIds])
    .where('outcome', '=', 'RUNNING')
    .execute();
  return (intentId, seriesId) =>
    runs.some((run) => run.intent_id === intentId && run.series_id === seriesId);
}

/** Notes what an intent holds and is about to buy; what it wants no more is looked at later. */
export async function noteWanted(
  tx: Transaction<IntentTables>,
  { id, spec: { ticker }, runtime }: Intent,
  now: Instant,
): Promise<void> {
  const wanted = [...wantedSeries(runtime.index)];
  await sql`
    update intent_series set wanted = false, check_time = ${toDate(now)}
    where intent_id = ${id} and wanted and not (series_id = any(${wanted}))`.execute(tx);
  if (wanted.length === 0) return;
  await sql`
    insert into intent_series (intent_id, series_id, ticker, wanted, check_time)
    select ${id}, series_id, ${ticker}, true, ${toDate(now)}::timestamptz
    from unnest(${wanted}::text[]) as series_id
    on conflict (intent_id, series_id) do update set wanted = true`.execute(tx);
}

/** How long a series that a run buys is left alone, so that who looks now sees that it was noted. */
const RUN_SECONDS = 60;

/** Notes what a run is about to buy. */
export async function noteSeries(
  tx: Transaction<IntentTables>,
  { id, spec: { ticker } }: Intent,
  series: { readonly seriesId: string; readonly now: Instant },
): Promise<void> {
  const checkTime = toDate(addSeconds(series.now, RUN_SECONDS));
  await sql`
    insert into intent_series (intent_id, series_id, ticker, wanted, check_time)
    values (${id}, ${series.seriesId}, ${ticker}, false, ${checkTime})
    on conflict (intent_id, series_id)
      do update set check_time = excluded.check_time`.execute(tx);
}

/** The engine says nothing more of an intent that has ended: its vault alone says what it still holds. */
export async function leaveSeries(
  tx: Transaction<IntentTables>,
  intentId: string,
  now: Instant,
): Promise<void> {
  await sql`
    update intent_series set wanted = false, check_time = ${toDate(now)}
    where intent_id = ${intentId}`.execute(tx);
}

/** A closed vault holds nothing. */
export async function forgetSeriesOf(
  tx: Transaction<IntentTables>,
  intentId: string,
): Promise<void> {
  await tx.deleteFrom('intent_series').where('intent_id', '=', intentId).execute();
}
