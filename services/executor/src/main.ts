import { runService } from '@trimtab/process';
import { executorMigrations } from './adapters/postgres/migrations.js';
import { composeExecutor, executorConfig } from './index.js';

await runService({
  name: 'executor',
  readConfig: executorConfig,
  compose: composeExecutor,
  migrations: executorMigrations,
});
