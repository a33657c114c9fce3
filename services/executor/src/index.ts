export { executorConfig, executorConfigSchema, type ExecutorConfig } from './config.js';
export { composeExecutor, type ExecutorDependencies } from './compose.js';
export type { ExecutorTables } from './adapters/postgres/tables.js';
