import { sql, type Migration } from '@trimtab/storage';

/**
 * Amounts of up to 128 digits, as many as a message may have: 10^36 base units of an asset without
 * decimals, at a price of 10^18 in an underlying with 27, are 10^81, and spent on an asset that
 * costs 10^-18 they buy 10^99 and more. More digits of the same scale rewrite no row.
 */
export const wideAmountsMigration: Migration = {
  up: async (db) => {
    await changePrecision(db, 78, 128);
  },
  down: async (db) => {
    await changePrecision(db, 128, 78);
  },
};

async function changePrecision(
  db: Parameters<Migration['up']>[0],
  from: number,
  to: number,
): Promise<void> {
  const { rows } = await sql<{ table_name: string; column_name: string }>`
    select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and data_type = 'numeric' and numeric_precision = ${from}
    order by table_name, column_name`.execute(db);
  for (const { table_name: table, column_name: column } of rows) {
    await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)}
      type numeric(${sql.lit(to)}, 0)`.execute(db);
  }
}
