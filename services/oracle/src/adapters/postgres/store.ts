import { present, type Instant } from '@trimtab/core';
import { inTransaction, withIdempotency, type Database } from '@trimtab/storage';
import { sql, type Transaction } from 'kysely';
import type { OracleSession, OracleTransactions } from '../../application/ports.js';
import type { AssetRecord } from '../../domain/asset-record.js';
import { snapshotDocument } from '../../domain/snapshot.js';
import type { LivePriceView } from '../memory/price-view.js';
import { loadRecords } from './load-records.js';
import { fromAssetRow, fromSnapshotRow, toAssetRow, toDate, toDocumentText } from './rows.js';
import { saveRecords, type PriceEvents } from './save-records.js';
import type { OracleTables } from './tables.js';

/** What transactions need beside the database. */
export interface StoreDependencies {
  readonly database: Database<OracleTables>;
  readonly view: LivePriceView;
  readonly events: PriceEvents;
}

/** The oracle's transactions in PostgreSQL; what they commit is in the view when they resolve. */
export function createStore({ database, view, events }: StoreDependencies): OracleTransactions {
  const committed = (changed: readonly Changed[]): void => {
    for (const { records, lookedAt } of changed) view.apply(records, lookedAt);
    if (changed.length > 0) events.wake();
  };
  return {
    async transaction(run) {
      const { value, changed } = await inTransaction(database, async (tx) => {
        const collected = createSession(tx, view, events);
        return { value: await run(collected.session), changed: collected.changed };
      });
      committed(changed);
      return value;
    },
    async once(key, run) {
      let changed: readonly Changed[] = [];
      const answer = await withIdempotency(database, key, async (tx) => {
        const collected = createSession(tx, view, events);
        // Of the attempts of a transaction only the last one commits.
        changed = collected.changed;
        return run(collected.session);
      });
      committed(changed);
      return answer;
    },
  };
}

/** Records that a transaction stored, and when they were looked at. */
interface Changed {
  readonly records: readonly AssetRecord[];
  readonly lookedAt: Instant | undefined;
}

function createSession(
  tx: Transaction<OracleTables>,
  view: LivePriceView,
  events: PriceEvents,
): { readonly session: OracleSession; readonly changed: readonly Changed[] } {
  const changed: Changed[] = [];
  const session: OracleSession = {
    lockRecords: (assetIds) => lockRecords(tx, view, assetIds),
    async findDenomination() {
      const row = await tx
        .selectFrom('assets')
        .selectAll()
        .where('denomination', '=', true)
        .executeTakeFirst();
      return row === undefined ? undefined : fromAssetRow(row);
    },
    async insertAsset(asset) {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('assets')
        .values(toAssetRow(asset))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) return false;
      const record: AssetRecord = {
        asset,
        latest: [],
        quotes: [],
        last: undefined,
        held: undefined,
        state: asset.denomination ? 'HEALTHY' : 'NO_QUORUM',
        stateReason: '',
        sequence: 0n,
        change: 1n,
      };
      await sql`
        insert into asset_heads (asset_id, change, change_xid, state, state_reason, sequence)
        values (${asset.assetId}, 1, pg_current_xact_id(), ${record.state}, '', 0)`.execute(tx);
      changed.push({ records: [record], lookedAt: undefined });
      return true;
    },
    async updateAsset(asset) {
      await tx
        .updateTable('assets')
        .set(toAssetRow(asset))
        .where('asset_id', '=', asset.assetId)
        .execute();
    },
    async save(updates, counts) {
      const saved = await saveRecords(tx, events, updates, counts);
      if (saved.length > 0) changed.push({ records: saved, lookedAt: updates[0]?.occurTime });
      return saved;
    },
    async saveSnapshot(snapshotHash, content, takeTime) {
      const row = await tx
        .insertInto('snapshots')
        .values({
          snapshot_hash: snapshotHash,
          document: toDocumentText(snapshotDocument(content)),
          take_time: toDate(takeTime),
          create_time: toDate(takeTime),
        })
        .onConflict((conflict) =>
          conflict.column('snapshot_hash').doUpdateSet({
            take_time: sql`greatest(snapshots.take_time, excluded.take_time)`,
          }),
        )
        .returningAll()
        .executeTakeFirst();
      return fromSnapshotRow(present(row, 'an upsert returns its row'));
    },
  };
  return { session, changed };
}

/**
 * Locks heads in the order of the ids, so that two transactions cannot wait for each other. A record
 * in memory is current when its change number is that of the locked head; others are loaded.
 */
async function lockRecords(
  tx: Transaction<OracleTables>,
  view: LivePriceView,
  assetIds: readonly string[],
): Promise<readonly AssetRecord[]> {
  if (assetIds.length === 0) return [];
  const { rows } = await sql<{ asset_id: string; change: string }>`
    select asset_id, change from asset_heads where asset_id = any(${assetIds}::text[])
    order by asset_id for update`.execute(tx);
  const known = rows.map(({ asset_id: assetId, change }) => {
    const record = view.find(assetId);
    return { assetId, record: record?.change === BigInt(change) ? record : undefined };
  });
  const behind = known.filter(({ record }) => record === undefined).map(({ assetId }) => assetId);
  const loaded = await loadRecords(tx, behind);
  const byId = new Map(loaded.map((record) => [record.asset.assetId, record]));
  return known.map(({ assetId, record }) =>
    present(record ?? byId.get(assetId), `the locked asset ${assetId} has a record`),
  );
}
