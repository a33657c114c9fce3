import type { Clock, Instant } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import { lookAt, type AssetRecord, type Look } from '../domain/asset-record.js';
import type { Health } from '../domain/evaluation.js';
import type { Publication } from '../domain/publication.js';
import type {
  OracleObserver,
  OracleSession,
  OracleTransactions,
  OutcomeCount,
  RecordUpdate,
} from './ports.js';

/** The price of an asset as it stands now. */
export interface StandingPrice {
  readonly asset: Asset;
  readonly health: Health;
  /** Why it is not HEALTHY; empty when it is. */
  readonly reason: string;
  /** Absent when nothing was ever published. */
  readonly publication: Publication | undefined;
  /** The number of the last recorded change; 0 before the first and for the denomination asset. */
  readonly sequence: bigint;
}

/** What these functions need. */
export interface PriceDependencies {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}

/** A locked record, with what the transaction has done to it so far. */
export type Touched = Pick<RecordUpdate, 'record' | 'observations'> & {
  /** Whether it must be stored even when nothing is due. */
  readonly isChanged: boolean;
};

/** A locked record that nothing was done to. */
export function untouched(record: AssetRecord): Touched {
  return { record, observations: [], isChanged: false };
}

/**
 * Looks at locked records, publishes what is due, and stores every change. `isDemanded`: somebody
 * asks for the prices (oracle rules, consensus).
 */
export async function settle(
  session: OracleSession,
  touched: readonly Touched[],
  { clock, observer }: PriceDependencies,
  options: { readonly isDemanded: boolean; readonly counts?: readonly OutcomeCount[] },
): Promise<readonly StandingPrice[]> {
  const now = clock.now();
  const looked = touched.map((one) => ({
    ...one,
    look: lookAt(one.record, now, options.isDemanded),
  }));
  const updates = looked
    .filter(({ isChanged, look }) => isChanged || look.isDue)
    .map(({ record, observations, look }): RecordUpdate => ({
      record: recordAfter(record, look),
      cause: look.cause,
      occurTime: now,
      observations,
    }));
  const saved = await session.save(updates, options.counts ?? []);
  const fresh = new Map(saved.map((record) => [record.asset.assetId, record]));
  for (const { record, look } of looked) report(observer, record, look);
  return looked.map(({ record, look }) =>
    standingPrice(fresh.get(record.asset.assetId) ?? record, look),
  );
}

/**
 * The prices of records that somebody asks for, from memory. Only when something is due does it
 * touch the database: those assets are locked, looked at again, and published.
 */
export async function demandPrices(
  transactions: OracleTransactions,
  records: readonly AssetRecord[],
  dependencies: PriceDependencies,
): Promise<readonly StandingPrice[]> {
  const now = dependencies.clock.now();
  const looked = records.map((record) => ({ record, look: lookAt(record, now, true) }));
  const due = looked.filter(({ look }) => look.isDue).map(({ record }) => record.asset.assetId);
  if (due.length === 0) return looked.map(({ record, look }) => standingPrice(record, look));
  const settled = await transactions.transaction(async (session) => {
    const locked = await session.lockRecords(due);
    return settle(session, locked.map(untouched), dependencies, { isDemanded: true });
  });
  const fresh = new Map(settled.map((price) => [price.asset.assetId, price]));
  return looked.map(
    ({ record, look }) => fresh.get(record.asset.assetId) ?? standingPrice(record, look),
  );
}

/** What a record says at a time, without anything being stored. */
export function standingAt(record: AssetRecord, now: Instant): StandingPrice {
  return standingPrice(record, lookAt(record, now, true));
}

function recordAfter(record: AssetRecord, { evaluation }: Look): AssetRecord {
  const { health, reason, publication, held } = evaluation;
  return { ...record, last: publication, held, state: health, stateReason: reason };
}

function standingPrice(record: AssetRecord, { evaluation }: Look): StandingPrice {
  const { health, reason, publication } = evaluation;
  return { asset: record.asset, health, reason, publication, sequence: record.sequence };
}

function report(observer: OracleObserver, before: AssetRecord, { evaluation, cause }: Look): void {
  const { assetId } = before.asset;
  if (cause !== undefined && cause !== 'STATE') observer.pricePublished({ assetId, cause });
  const { health: to, reason } = evaluation;
  if (to !== before.state) observer.stateChanged({ assetId, from: before.state, to, reason });
}
