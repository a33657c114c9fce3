import { runService } from '@trimtab/process';
import { composeSolver, solverConfig } from './index.js';

await runService({ name: 'solver', readConfig: solverConfig, compose: composeSolver });
