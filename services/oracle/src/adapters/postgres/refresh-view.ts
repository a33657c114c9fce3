import { present } from '@trimtab/core';
import { sql, type Kysely } from 'kysely';
import type { LivePriceView } from '../memory/price-view.js';
import { loadRecords } from './load-records.js';
import type { OracleTables } from './tables.js';

interface LookRow {
  readonly oldest_running: string;
  readonly last: string;
  readonly heads: { readonly asset_id: string; readonly change: string }[];
}

/**
 * Creates the function that brings a view up to what other processes have committed. Heads carry the
 * transaction that changed them last. A look takes those of transactions that could still have been
 * running at the look before, so none is missed, whatever the order of the commits was; what is
 * known already is not loaded again. The first look takes everything.
 */
export function createRefreshView(
  db: Kysely<OracleTables>,
  view: LivePriceView,
): () => Promise<void> {
  let since: string | undefined;
  return async () => {
    const { rows } = await sql<LookRow>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as oldest_running,
             (select last from price_counter)::text as last,
             coalesce((
               select json_agg(json_build_object('asset_id', asset_id, 'change', change::text))
               from asset_heads where change_xid >= ${since ?? '0'}::text::xid8), '[]') as heads`.execute(
      db,
    );
    const {
      oldest_running: oldest,
      last,
      heads,
    } = present(rows[0], 'a select of values has a row');
    const behind = heads.filter(({ asset_id: assetId, change }) => {
      const known = view.find(assetId)?.change;
      return known === undefined || known < BigInt(change);
    });
    view.apply(
      await loadRecords(
        db,
        behind.map(({ asset_id: assetId }) => assetId),
      ),
    );
    view.committed(BigInt(last));
    since = oldest;
  };
}
