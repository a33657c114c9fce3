import { sql, type Migration } from '@trimtab/storage';

/** One row for every plan that has or is to have a certificate, those of earlier versions included. */
export const certificateMigration: Migration = {
  up: async (db) => {
    await sql`
      create table plan_certificates (
        plan_hash text collate "C" primary key references plans (plan_hash),
        certificate text,
        attempts integer not null default 0,
        position bigserial not null
      )`.execute(db);
    await sql`
      create index plan_certificates_due on plan_certificates (attempts, position)
        where certificate is null`.execute(db);
    await sql`
      insert into plan_certificates (plan_hash)
        select plan_hash from plans where summary::json ->> 'mode' <> 'EXPLICIT'
        order by create_time, plan_hash`.execute(db);
  },
  down: async (db) => {
    await sql`drop table plan_certificates`.execute(db);
  },
};
