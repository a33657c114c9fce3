import { sql, type Kysely } from 'kysely';
import type { NumberedPublication, OracleReader } from '../../application/ports.js';
import type { Asset } from '../../domain/asset.js';
import type { Held } from '../../domain/breaker.js';
import type { PriceObservation } from '../../domain/observation.js';
import {
  fromAssetRow,
  fromDate,
  fromPriceRow,
  fromPublicationRow,
  fromQuoteRow,
  fromSnapshotRow,
  storedDecimal,
  toDate,
} from './rows.js';
import type { OracleTables } from './tables.js';

/** Reads the oracle's tables, outside of a transaction or inside of one. */
export function createReader(db: Kysely<OracleTables>): OracleReader {
  return {
    findAssets: (assetIds) => findAssets(db, assetIds),
    async findDenomination() {
      const row = await db
        .selectFrom('assets')
        .selectAll()
        .where('denomination', '=', true)
        .executeTakeFirst();
      return row === undefined ? undefined : fromAssetRow(row);
    },
    async listAssets({ afterAssetId, limit, assetIds }) {
      let query = db.selectFrom('assets').selectAll().where('asset_id', '>', afterAssetId);
      if (assetIds !== undefined) query = query.where(isOneOf('asset_id', assetIds));
      const rows = await query.orderBy('asset_id').limit(limit).execute();
      return rows.map(fromAssetRow);
    },
    async loadSituations(assets) {
      const assetIds = assets.map(({ assetId }) => assetId);
      const latest = await loadLatest(db, assetIds);
      const last = await loadLast(db, assetIds);
      const held = await loadHeld(db, assetIds);
      return assets.map((asset) => ({
        asset,
        latest: latest.get(asset.assetId) ?? [],
        last: last.get(asset.assetId),
        held: held.get(asset.assetId),
      }));
    },
    async findQuotes(assetId) {
      const rows = await db
        .selectFrom('observations')
        .selectAll()
        .where('asset_id', '=', assetId)
        .where('kind', '=', 'QUOTE')
        .orderBy('publisher')
        .execute();
      return rows.map(fromQuoteRow);
    },
    async findPublicationAt(assetId, time) {
      const row = await db
        .selectFrom('prices')
        .selectAll()
        .where('asset_id', '=', assetId)
        .where('publish_time', '<=', toDate(time))
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : fromPublicationRow(row);
    },
    async findSnapshot(snapshotHash) {
      const row = await db
        .selectFrom('snapshots')
        .selectAll()
        .where('snapshot_hash', '=', snapshotHash)
        .executeTakeFirst();
      return row === undefined ? undefined : fromSnapshotRow(row);
    },
  };
}

/** One parameter for any number of ids: `column = any($1)`. */
export function isOneOf(column: string, values: readonly string[]) {
  return sql<boolean>`${sql.ref(column)} = any(${[...values]})`;
}

async function findAssets(
  db: Kysely<OracleTables>,
  assetIds: readonly string[],
): Promise<readonly Asset[]> {
  const rows = await db
    .selectFrom('assets')
    .selectAll()
    .where(isOneOf('asset_id', assetIds))
    .orderBy('asset_id')
    .execute();
  return rows.map(fromAssetRow);
}

async function loadLatest(
  db: Kysely<OracleTables>,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PriceObservation[]>> {
  const rows = await db
    .selectFrom('observations')
    .selectAll()
    .where(isOneOf('asset_id', assetIds))
    .where('kind', '=', 'PRICE')
    .orderBy('asset_id')
    .orderBy('publisher')
    .execute();
  const latest = new Map<string, PriceObservation[]>();
  for (const row of rows) {
    const own = latest.get(row.asset_id) ?? [];
    own.push(fromPriceRow(row));
    latest.set(row.asset_id, own);
  }
  return latest;
}

/** The newest publication of each asset, one index look-up per asset. */
async function loadLast(
  db: Kysely<OracleTables>,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, NumberedPublication>> {
  const rows = await db
    .selectFrom('assets')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('prices')
          .selectAll('prices')
          .whereRef('prices.asset_id', '=', 'assets.asset_id')
          .orderBy('prices.sequence', 'desc')
          .limit(1)
          .as('last'),
      (join) => join.onTrue(),
    )
    .where(isOneOf('assets.asset_id', assetIds))
    .selectAll('last')
    .execute();
  return new Map(rows.map((row) => [row.asset_id, fromPublicationRow(row)]));
}

async function loadHeld(
  db: Kysely<OracleTables>,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  const rows = await db
    .selectFrom('held_prices')
    .selectAll()
    .where(isOneOf('asset_id', assetIds))
    .execute();
  return new Map(
    rows.map((row) => [
      row.asset_id,
      { price: storedDecimal(row.price), time: fromDate(row.hold_time) },
    ]),
  );
}
