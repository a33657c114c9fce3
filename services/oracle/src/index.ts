export { composeOracle, type OracleDependencies, type OracleSettings } from './compose.js';
export { oracleConfig, type OracleConfig } from './config.js';
export type { OracleTables } from './adapters/postgres/tables.js';
export { ORACLE_RULES } from './adapters/grpc/rules.js';
export * from './feeds/index.js';
