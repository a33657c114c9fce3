export { composeIntent, type IntentDependencies } from './compose.js';
export {
  intentConfig,
  intentConfigSchema,
  type IntentConfig,
  type IntentEnvironment,
} from './config.js';
export type { IntentTables } from './adapters/postgres/tables.js';
export type { RemoteServices, VaultView } from './application/remote-ports.js';
export { rules as INTENT_RULES } from './adapters/grpc/rules.js';
export { isTimeZone } from './adapters/time-zone.js';
