import { sql, type Migration } from '@trimtab/storage';

/** Tokens of leases, rising over all work: a token of one agent is never that of another. */
export const leaseMigration: Migration = {
  up: async (db) => {
    await sql.raw('create sequence lease_tokens').execute(db);
    await sql.raw("update due_work set lease_token = nextval('lease_tokens')").execute(db);
  },
  down: async (db) => {
    await sql.raw('drop sequence lease_tokens').execute(db);
  },
};
