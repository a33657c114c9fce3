import { sql, type Migration } from '@trimtab/storage';

/** What the policy of a vault lets a rebalance do; an empty list allows everything. */
export const allowedActionsMigration: Migration = {
  up: async (db) => {
    await sql`
      alter table vaults
        add column allowed_actions text[] not null default '{}',
        add column allowed_collateral_actions text[] not null default '{}'`.execute(db);
  },
  down: async (db) => {
    await sql`
      alter table vaults
        drop column allowed_actions, drop column allowed_collateral_actions`.execute(db);
  },
};
