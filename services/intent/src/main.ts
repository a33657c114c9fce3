import { runService } from '@trimtab/process';
import { composeIntent, intentConfig } from './index.js';

await runService({ name: 'intent', readConfig: intentConfig, compose: composeIntent });
