import { runService } from '@trimtab/process';
import { migrations } from './adapters/postgres/migrations.js';
import { composeIntent, intentConfig } from './index.js';

await runService({
  name: 'intent',
  readConfig: intentConfig,
  compose: composeIntent,
  migrations,
});
