import { sql, type Migration } from '@trimtab/storage';

/** Where the ledger of the vault stood at an entry of the feed, so that holdings can be shown as of it. */
export const feedLedgerSequence: Migration = {
  up: async (db) => {
    await sql`alter table rebalance_feed add column ledger_sequence bigint not null default 0`.execute(
      db,
    );
  },
  down: async (db) => {
    await sql`alter table rebalance_feed drop column ledger_sequence`.execute(db);
  },
};
