import { runService } from '@trimtab/process';
import { solverMigrations } from './adapters/postgres/migrations.js';
import { composeSolver, solverConfig } from './index.js';

await runService({
  name: 'solver',
  readConfig: solverConfig,
  compose: composeSolver,
  migrations: solverMigrations,
});
