import type { SharedTables } from '@trimtab/storage';

/**
 * What Kysely knows of ordergen's schema: the shared tables. Its own tables are read and written by
 * statements that are spelled out, because the hot path is one statement.
 */
export type OrderGenTables = SharedTables;
