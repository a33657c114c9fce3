import { present } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { inTransaction, withIdempotency, type Database } from '@trimtab/storage';
import { sql, type Transaction } from 'kysely';
import type { OracleSession, OracleStore } from '../../application/ports.js';
import { snapshotDocument } from '../../domain/snapshot.js';
import { createReader, isOneOf } from './reader.js';
import {
  fromAssetRow,
  fromDate,
  fromPublicationRow,
  fromSnapshotRow,
  toAssetRow,
  toDate,
  toDocumentText,
  toObservationRow,
} from './rows.js';
import type { OracleTables } from './tables.js';

/** The oracle's store in PostgreSQL. */
export function createStore(database: Database<OracleTables>): OracleStore {
  return {
    ...createReader(database.kysely),
    transaction: (run) => inTransaction(database, (tx) => run(createSession(tx))),
    once: (key, run) => withIdempotency(database, key, (tx) => run(createSession(tx))),
  };
}

function createSession(tx: Transaction<OracleTables>): OracleSession {
  return {
    ...createReader(tx),
    async lockAssets(assetIds) {
      // Always in the order of the ids, so that two transactions cannot wait for each other.
      const rows = await tx
        .selectFrom('assets')
        .selectAll()
        .where(isOneOf('asset_id', assetIds))
        .orderBy('asset_id')
        .forUpdate()
        .execute();
      return rows.map(fromAssetRow);
    },
    async insertAsset(asset) {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('assets')
        .values(toAssetRow(asset))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async updateAsset(asset) {
      await tx
        .updateTable('assets')
        .set(toAssetRow(asset))
        .where('asset_id', '=', asset.assetId)
        .execute();
    },
    async findPositions(publisher, assetIds) {
      const rows = await tx
        .selectFrom('observations')
        .select(['asset_id', 'sequence', 'observe_time'])
        .distinctOn('asset_id')
        .where('publisher', '=', publisher)
        .where(isOneOf('asset_id', assetIds))
        .orderBy('asset_id')
        .orderBy('sequence', 'desc')
        .execute();
      return new Map(
        rows.map((row) => [
          row.asset_id,
          { sequence: BigInt(row.sequence), observeTime: fromDate(row.observe_time) },
        ]),
      );
    },
    async saveObservations(observations, receiveTime) {
      if (observations.length === 0) return;
      await tx
        .insertInto('observations')
        .values(observations.map((one) => toObservationRow(one, receiveTime)))
        .onConflict((conflict) =>
          conflict.columns(['asset_id', 'publisher', 'kind']).doUpdateSet({
            sequence: sql`excluded.sequence`,
            observe_time: sql`excluded.observe_time`,
            price: sql`excluded.price`,
            bid: sql`excluded.bid`,
            ask: sql`excluded.ask`,
            confidence: sql`excluded.confidence`,
            receive_time: sql`excluded.receive_time`,
          }),
        )
        .execute();
    },
    async savePublication(assetId, publication, cause) {
      const row = await tx
        .insertInto('prices')
        .values({
          asset_id: assetId,
          price: formatDecimal(publication.price),
          confidence: formatDecimal(publication.confidence),
          publish_time: toDate(publication.publishTime),
          publishers: JSON.stringify(publication.publishers),
          dropped: JSON.stringify(publication.dropped),
          cause,
        })
        .returningAll()
        .executeTakeFirst();
      return fromPublicationRow(present(row, 'an insert returns its row'));
    },
    async saveHeld(assetId, held) {
      await tx.deleteFrom('held_prices').where('asset_id', '=', assetId).execute();
      if (held === undefined) return;
      const row = { price: formatDecimal(held.price), hold_time: toDate(held.time) };
      await tx
        .insertInto('held_prices')
        .values({ asset_id: assetId, ...row })
        .execute();
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
}
