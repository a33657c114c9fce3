import { sql, type Kysely } from 'kysely';
import type { AssetRecord } from '../../domain/asset-record.js';
import {
  fromAssetRow,
  fromDate,
  fromPriceRow,
  fromPublicationColumns,
  fromQuoteRow,
  storedDecimal,
  toHealth,
  type PublicationColumns,
} from './rows.js';
import type { AssetsTable, ObservationsTable, OracleTables } from './tables.js';
import type { Selectable } from 'kysely';

type AssetColumns = Selectable<AssetsTable>;

/** An observation inside a row of its asset: times in milliseconds, as text. */
type NestedObservation = Omit<
  Selectable<ObservationsTable>,
  'asset_id' | 'observe_time' | 'receive_time'
> & { observe_millis: string };

interface RecordRow extends AssetColumns, PublicationColumns {
  change: string;
  state: string;
  state_reason: string;
  head_sequence: string;
  held_price: string | null;
  hold_time: Date | null;
  observations: NestedObservation[];
}

/**
 * Everything known of assets, in one statement and so at one moment, by asset id. Unknown ids are left
 * out; without ids, every asset.
 */
export async function loadRecords(
  db: Kysely<OracleTables>,
  assetIds?: readonly string[],
): Promise<readonly AssetRecord[]> {
  if (assetIds?.length === 0) return [];
  const only = assetIds === undefined ? sql`` : sql`where a.asset_id = any(${assetIds}::text[])`;
  const { rows } = await sql<RecordRow>`
    select a.*, h.change, h.state, h.state_reason, h.sequence as head_sequence,
           p.price, p.confidence, p.publish_time, p.publishers as price_publishers, p.dropped,
           p.evidence, d.price as held_price, d.hold_time,
           coalesce((
             select json_agg(json_build_object(
                      'publisher', o.publisher, 'kind', o.kind, 'sequence', o.sequence::text,
                      'observe_millis', (extract(epoch from o.observe_time) * 1000)::bigint::text,
                      'price', o.price, 'bid', o.bid, 'ask', o.ask, 'confidence', o.confidence)
                    order by o.publisher)
             from observations o where o.asset_id = a.asset_id), '[]') as observations
    from assets a
    join asset_heads h on h.asset_id = a.asset_id
    left join prices p on p.sequence = h.sequence
    left join held_prices d on d.asset_id = a.asset_id
    ${only}
    order by a.asset_id`.execute(db);
  return rows.map(toRecord);
}

function toRecord(row: RecordRow): AssetRecord {
  const observed = row.observations.map((one) => ({
    ...one,
    asset_id: row.asset_id,
    observe_time: new Date(Number(one.observe_millis)),
    receive_time: new Date(Number(one.observe_millis)),
  }));
  return {
    asset: fromAssetRow(row),
    latest: observed.filter(({ kind }) => kind === 'PRICE').map(fromPriceRow),
    quotes: observed.filter(({ kind }) => kind === 'QUOTE').map(fromQuoteRow),
    last: fromPublicationColumns(row),
    held:
      row.hold_time === null
        ? undefined
        : { price: storedDecimal(row.held_price), time: fromDate(row.hold_time) },
    state: toHealth(row.state),
    stateReason: row.state_reason,
    sequence: BigInt(row.head_sequence),
    change: BigInt(row.change),
  };
}
