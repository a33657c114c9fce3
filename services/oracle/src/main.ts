import { runService } from '@trimtab/process';
import { composeOracle, oracleConfig } from './index.js';

await runService({ name: 'oracle', readConfig: oracleConfig, compose: composeOracle });
