export {
  createDatabase,
  type Database,
  type DatabaseOptions,
  type SqlDatabase,
} from './database.js';
export { databaseDependency } from './database-dependency.js';
export { awaitMigrations, migrate, type Migrations } from './migrate.js';
export {
  sharedMigrations,
  type IdempotencyKeysTable,
  type InboxTable,
  type OutboxTable,
  type SharedTables,
} from './shared-migrations.js';
export { inTransaction, type SqlExecutor } from './transaction.js';
export { enqueue, requestResend, type OutboxMessage } from './outbox.js';
export {
  findIdempotent,
  requestIdReused,
  withIdempotency,
  type IdempotencyKey,
} from './idempotency.js';
export { announceRows, createPartitionLeases, type PartitionLeases } from './partition-lease.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
export { findEmbeddedPostgres } from './find-embedded-postgres.js';
export { sql, type Kysely, type Migration, type Transaction } from 'kysely';
