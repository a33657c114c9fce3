import { addSeconds, type Instant } from '@trimtab/core';
import { sql, type Database, type Transaction } from '@trimtab/storage';
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
      const { rows } = await sql<LeftRow>`
        select s.intent_id, s.series_id, s.check_time, i.owner, i.vault_id
        from intent_series s join intents i using (intent_id)
        where not s.wanted and s.check_time <= ${toDate(now)} and not ${beingBought}
        order by s.check_time, s.intent_id, s.series_id limit ${limit}`.execute(kysely);
      return rows.map((row) => ({
        intentId: row.intent_id,
        owner: row.owner,
        vaultId: row.vault_id ?? undefined,
        seriesId: row.series_id,
        checkTime: fromDate(row.check_time),
      }));
    },
    forget: async ({ intentId, seriesId, checkTime }) => {
      await sql`
        delete from intent_series s
        where intent_id = ${intentId} and series_id = ${seriesId}
          and not wanted and check_time = ${toDate(checkTime)} and not ${beingBought}`.execute(
        kysely,
      );
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

interface LeftRow {
  readonly intent_id: string;
  readonly series_id: string;
  readonly check_time: Date;
  readonly owner: string;
  readonly vault_id: string | null;
}

/** Whether a run of the intent is about to buy the series. */
const beingBought = sql`exists (
  select 1 from runs r where r.intent_id = s.intent_id and r.outcome = 'RUNNING'
    and r.progress->'index'->>'seriesId' = s.series_id
)`;

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
