import { runService } from '@trimtab/process';
import { composeExecutor, executorConfig } from './index.js';

await runService({ name: 'executor', readConfig: executorConfig, compose: composeExecutor });
