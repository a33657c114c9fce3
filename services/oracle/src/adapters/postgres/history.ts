import { sql, type Kysely, type RawBuilder } from 'kysely';
import { present } from '@trimtab/core';
import type { OracleHistory, PriceChange } from '../../application/ports.js';
import { fromChangeRow, fromSnapshotRow, toDate } from './rows.js';
import type { OracleTables } from './tables.js';

type ChangeRow = Parameters<typeof fromChangeRow>[0];

interface PublisherRow {
  readonly publisher: string;
  readonly outcomes: readonly { readonly outcome: string; readonly count: string }[];
}

/** Reads the log of changes and the snapshots. */
export function createHistory(db: Kysely<OracleTables>): OracleHistory {
  const changes = async (rest: RawBuilder<unknown>): Promise<readonly PriceChange[]> => {
    const { rows } = await sql<ChangeRow>`
      select p.*, p.publishers as price_publishers from prices p ${rest}`.execute(db);
    return rows.map(fromChangeRow);
  };
  return {
    async findChangeAt(assetId, time) {
      // The limits of that change or those that came next, whichever allow more: between two changes
      // they may have changed as well.
      const { rows } = await sql<ChangeRow & { longest: number }>`
        select p.*, p.publishers as price_publishers, greatest(p.silence_seconds, coalesce(
                 (select n.silence_seconds from prices n
                  where n.asset_id = p.asset_id
                    and (n.occur_time, n.sequence) > (p.occur_time, p.sequence)
                  order by n.occur_time, n.sequence limit 1),
                 (select heartbeat_seconds + max_age_seconds from assets a
                  where a.asset_id = p.asset_id))) as longest
        from prices p where asset_id = ${assetId} and occur_time <= ${toDate(time)}
        order by occur_time desc, sequence desc limit 1`.execute(db);
      const [row] = rows;
      return row && { ...fromChangeRow(row), silenceSeconds: row.longest };
    },
    async findFirstChange(assetId) {
      const [change] = await changes(sql`
        where asset_id = ${assetId} and price is not null order by occur_time, sequence limit 1`);
      return change;
    },
    latestChanges: (assetIds) =>
      changes(sql`
        join asset_heads h on h.sequence = p.sequence
        where ${isWanted(assetIds)} order by p.sequence`),
    listChanges: ({ afterSequence, assetIds, limit }) =>
      changes(sql`
        where p.sequence > ${afterSequence} and ${isWanted(assetIds)}
        order by p.sequence limit ${limit}`),
    async changeRange() {
      const { rows } = await sql<{ last: string; pruned: string }>`
        select last, pruned from price_counter`.execute(db);
      const { last, pruned } = present(rows[0], 'the counter has its row');
      return { first: BigInt(pruned), last: BigInt(last) };
    },
    async findSnapshot(snapshotHash) {
      const row = await db
        .selectFrom('snapshots')
        .selectAll()
        .where('snapshot_hash', '=', snapshotHash)
        .executeTakeFirst();
      return row === undefined ? undefined : fromSnapshotRow(row);
    },
    async listPublishers(afterPublisher, limit) {
      const { rows } = await sql<PublisherRow>`
        select publisher, json_agg(json_build_object('outcome', outcome, 'count', count::text)
                                   order by outcome collate "C") as outcomes
        from observation_counts where publisher > ${afterPublisher}
        group by publisher order by publisher limit ${limit}`.execute(db);
      return rows.map(({ publisher, outcomes }) => ({
        publisher,
        outcomes: outcomes.map(({ outcome, count }) => ({ outcome, count: BigInt(count) })),
      }));
    },
  };
}

function isWanted(assetIds: readonly string[]): RawBuilder<unknown> {
  return assetIds.length === 0 ? sql`true` : sql`p.asset_id = any(${assetIds}::text[])`;
}
