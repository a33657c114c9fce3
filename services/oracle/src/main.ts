import { runService } from '@trimtab/process';
import { migrations } from './adapters/postgres/migrations.js';
import { composeOracle, oracleConfig } from './index.js';

await runService({
  name: 'oracle',
  readConfig: oracleConfig,
  compose: composeOracle,
  migrations,
});
