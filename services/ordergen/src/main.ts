import { runService } from '@trimtab/process';
import { composeOrderGen, orderGenConfig } from './index.js';

await runService({ name: 'ordergen', readConfig: orderGenConfig, compose: composeOrderGen });
