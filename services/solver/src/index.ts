export { solverConfig, solverConfigSchema, type SolverConfig } from './config.js';
export { composeSolver, type SolverDependencies } from './compose.js';
export type { SolverTables } from './adapters/postgres/tables.js';
