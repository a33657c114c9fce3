export { auditBooks, type BooksReport, type DriftReport } from './audit-books.js';
export { orderGenConfig, orderGenConfigSchema, type OrderGenConfig } from './config.js';
export { composeOrderGen, type OrderGenDependencies } from './compose.js';
export type { OrderGenTables } from './adapters/postgres/tables.js';
export { readPlan } from './adapters/clients/plan-message.js';
export { readSnapshot } from './adapters/clients/snapshot-message.js';
export type { PlanCopy, SnapshotContent, SnapshotCopy } from './application/documents.js';
export type { OracleSource, SolverSource } from './application/outgoing.js';
export type { PublishedPrice, SeriesSource } from './application/series-ports.js';
