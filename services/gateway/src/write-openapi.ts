import { writeFileSync } from 'node:fs';
import { systemClock } from '@trimtab/lifecycle';
import { silentLogger } from '@trimtab/telemetry';
import { composeGateway, gatewayConfig } from './index.js';

/** Writes the committed copy of the OpenAPI document, as the gateway serves it. */
const gateway = composeGateway(gatewayConfig({ HTTP_ADDRESS: '127.0.0.1:0' }), {
  clock: systemClock,
  logger: silentLogger(),
});
await gateway.start();
const document = JSON.stringify(gateway.document(), null, 2);
writeFileSync(new URL('../openapi.json', import.meta.url), `${document}\n`);
await gateway.stop();
