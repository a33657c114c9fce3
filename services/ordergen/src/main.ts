import { runService } from '@trimtab/process';
import { orderGenMigrations } from './adapters/postgres/migrations.js';
import { composeOrderGen, orderGenConfig } from './index.js';

await runService({
  name: 'ordergen',
  readConfig: orderGenConfig,
  compose: composeOrderGen,
  migrations: orderGenMigrations,
});
