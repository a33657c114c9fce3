import { runEdge } from '@trimtab/process';
import { composeGateway, gatewayConfig } from './index.js';

await runEdge({ name: 'gateway', readConfig: gatewayConfig, compose: composeGateway });
