export { gatewayConfig, gatewayConfigSchema, type GatewayConfig } from './config.js';
export { composeGateway, type Gateway, type GatewayDependencies } from './compose.js';
