import { present } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { enqueue, type OutboxMessage } from '@trimtab/storage';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { OutcomeCount, RecordUpdate } from '../../application/ports.js';
import { silenceSeconds } from '../../domain/asset.js';
import type { AssetRecord } from '../../domain/asset-record.js';
import type { Observation } from '../../domain/observation.js';
import { toEvidence } from './rows.js';
import type { OracleTables } from './tables.js';

/** Hints on the events stream about changes of prices. */
export interface PriceEvents {
  /** The messages of recorded changes; none when there is no bus. */
  messagesOf(changed: readonly RecordUpdate[]): readonly OutboxMessage[];
  /** Has them sent; call after the commit. */
  wake(): void;
}

/**
 * Stores what a transaction did to locked records in as few statements as there can be: numbers for
 * the recorded changes, which the transaction then holds until its commit; one statement that writes
 * every table; and the events.
 */
export async function saveRecords(
  tx: Transaction<OracleTables>,
  events: PriceEvents,
  updates: readonly RecordUpdate[],
  counts: readonly OutcomeCount[],
): Promise<readonly AssetRecord[]> {
  if (updates.length === 0 && counts.length === 0) return [];
  const numbered = await withNumbers(tx, updates);
  const observations = numbered.flatMap((update) =>
    update.observations.map((one) => ({ one, update })),
  );
  const recorded = numbered.filter(({ cause }) => cause !== undefined);
  const parts = [
    ...(observations.length === 0 ? [] : observationParts(observations)),
    ...(recorded.length === 0 ? [] : [changesPart(recorded)]),
    ...heldParts(numbered),
    ...(counts.length === 0 ? [] : [countsPart(counts)]),
  ];
  const ctes = parts.length === 0 ? sql`` : sql`with ${sql.join(parts)}`;
  await sql`${ctes} ${headsStatement(numbered)}`.execute(tx);
  await enqueue(tx, events.messagesOf(recorded));
  return numbered.map(({ record }) => record);
}

/** The counter is the last lock that a transaction takes, and never taken twice. */
async function withNumbers(
  tx: Transaction<OracleTables>,
  updates: readonly RecordUpdate[],
): Promise<readonly RecordUpdate[]> {
  const count = updates.filter(({ cause }) => cause !== undefined).length;
  let next = count === 0 ? 0n : await reserve(tx, count);
  return updates.map((update) => {
    const { record, cause } = update;
    const sequence = cause === undefined ? record.sequence : next++;
    return { ...update, record: { ...record, sequence, change: record.change + 1n } };
  });
}

async function reserve(tx: Transaction<OracleTables>, count: number): Promise<bigint> {
  const { rows } = await sql<{ last: string }>`
    update price_counter set last = last + ${count} returning last`.execute(tx);
  return BigInt(present(rows[0], 'the counter has its row').last) - BigInt(count) + 1n;
}

interface Arrived {
  readonly one: Observation;
  readonly update: RecordUpdate;
}

const COLUMNS = sql`asset_id, publisher, kind, sequence, observe_time, price, bid, ask, confidence, receive_time`;

/** Every accepted observation into the history; of each (asset, publisher, kind) the last one is the latest. */
function observationParts(arrived: readonly Arrived[]): readonly RawBuilder<unknown>[] {
  const last = new Map(
    arrived.map(({ one }) => [`${one.assetId} ${one.publisher} ${one.kind}`, one]),
  );
  const latest = new Set(last.values());
  const decimal = (pick: (one: Observation) => string | null): (string | null)[] =>
    arrived.map(({ one }) => pick(one));
  return [
    sql`arrived as materialized (
      select * from unnest(
        ${arrived.map(({ one }) => one.assetId)}::text[],
        ${arrived.map(({ one }) => one.publisher)}::text[],
        ${arrived.map(({ one }) => one.kind)}::text[],
        ${arrived.map(({ one }) => one.sequence.toString())}::bigint[],
        ${arrived.map(({ one }) => isoTime(one.observeTime))}::timestamptz[],
        ${decimal((one) => (one.kind === 'PRICE' ? formatDecimal(one.price) : null))}::text[],
        ${decimal((one) => (one.kind === 'QUOTE' ? formatDecimal(one.bid) : null))}::text[],
        ${decimal((one) => (one.kind === 'QUOTE' ? formatDecimal(one.ask) : null))}::text[],
        ${decimal(({ confidence }) => (confidence === undefined ? null : formatDecimal(confidence)))}::text[],
        ${arrived.map(({ update }) => isoTime(update.occurTime))}::timestamptz[],
        ${arrived.map(({ one }) => latest.has(one))}::boolean[]
      ) as one (${COLUMNS}, is_latest))`,
    sql`kept as (insert into observation_history (${COLUMNS}) select ${COLUMNS} from arrived)`,
    sql`latest as (
      insert into observations (${COLUMNS}) select ${COLUMNS} from arrived where is_latest
      on conflict (asset_id, publisher, kind) do update set
        sequence = excluded.sequence, observe_time = excluded.observe_time, price = excluded.price,
        bid = excluded.bid, ask = excluded.ask, confidence = excluded.confidence,
        receive_time = excluded.receive_time)`,
  ];
}

function changesPart(recorded: readonly RecordUpdate[]): RawBuilder<unknown> {
  const published = recorded.map(({ record }) => record.last);
  const json = (pick: (last: NonNullable<AssetRecord['last']>) => unknown): (string | null)[] =>
    published.map((last) => (last === undefined ? null : JSON.stringify(pick(last))));
  return sql`changes as (
    insert into prices (sequence, asset_id, cause, occur_time, state, state_reason, price,
                        confidence, publish_time, publishers, dropped, evidence,
                        silence_seconds)
    select * from unnest(
      ${recorded.map(({ record }) => record.sequence.toString())}::bigint[],
      ${recorded.map(({ record }) => record.asset.assetId)}::text[],
      ${recorded.map(({ cause }) => cause ?? '')}::text[],
      ${recorded.map(({ occurTime }) => isoTime(occurTime))}::timestamptz[],
      ${recorded.map(({ record }) => record.state)}::text[],
      ${recorded.map(({ record }) => record.stateReason)}::text[],
      ${published.map((last) => (last === undefined ? null : formatDecimal(last.price)))}::text[],
      ${published.map((last) => (last === undefined ? null : formatDecimal(last.confidence)))}::text[],
      ${published.map((last) => (last === undefined ? null : isoTime(last.publishTime)))}::timestamptz[],
      ${json(({ publishers }) => publishers)}::jsonb[],
      ${json(({ dropped }) => dropped)}::jsonb[],
      ${published.map((last) => JSON.stringify(last === undefined ? [] : toEvidence(last)))}::jsonb[],
      ${recorded.map(({ record }) => silenceSeconds(record.asset))}::integer[]
    ))`;
}

/** What the breaker holds back, stored whole for the records of this transaction. */
function heldParts(updates: readonly RecordUpdate[]): readonly RawBuilder<unknown>[] {
  const released = updates.filter(({ record }) => record.held === undefined);
  const holding = updates.flatMap(({ record: { asset, held } }) =>
    held === undefined ? [] : [{ assetId: asset.assetId, held }],
  );
  const ids = released.map(({ record }) => record.asset.assetId);
  return [
    ...(ids.length === 0
      ? []
      : [sql`released as (delete from held_prices where asset_id = any(${ids}::text[]))`]),
    ...(holding.length === 0
      ? []
      : [
          sql`holding as (
            insert into held_prices (asset_id, price, hold_time)
            select * from unnest(
              ${holding.map(({ assetId }) => assetId)}::text[],
              ${holding.map(({ held }) => formatDecimal(held.price))}::text[],
              ${holding.map(({ held }) => isoTime(held.time))}::timestamptz[])
            on conflict (asset_id) do update set
              price = excluded.price, hold_time = excluded.hold_time)`,
        ]),
  ];
}

function countsPart(counts: readonly OutcomeCount[]): RawBuilder<unknown> {
  return sql`counted as (
    insert into observation_counts (publisher, outcome, count)
    select * from unnest(
      ${counts.map(({ publisher }) => publisher)}::text[],
      ${counts.map(({ outcome }) => outcome)}::text[],
      ${counts.map(({ count }) => count)}::bigint[])
    on conflict (publisher, outcome) do update set
      count = observation_counts.count + excluded.count)`;
}

function headsStatement(updates: readonly RecordUpdate[]): RawBuilder<unknown> {
  return sql`
    update asset_heads h
    set change = v.change, change_xid = pg_current_xact_id(), state = v.state,
        state_reason = v.state_reason, sequence = v.sequence
    from unnest(
      ${updates.map(({ record }) => record.asset.assetId)}::text[],
      ${updates.map(({ record }) => record.change.toString())}::bigint[],
      ${updates.map(({ record }) => record.state)}::text[],
      ${updates.map(({ record }) => record.stateReason)}::text[],
      ${updates.map(({ record }) => record.sequence.toString())}::bigint[]
    ) as v (asset_id, change, state, state_reason, sequence)
    where h.asset_id = v.asset_id`;
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
