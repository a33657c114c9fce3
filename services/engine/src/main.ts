import { runClient } from '@trimtab/process';
import { composeEngine, engineConfig } from './index.js';

await runClient({ name: 'engine', readConfig: engineConfig, compose: composeEngine });
