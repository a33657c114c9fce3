import { addressVariable, baseConfigSchema, integerVariable, loadConfig } from '@trimtab/lifecycle';
import { z } from 'zod';

/** The environment of OrderGen. */
export const orderGenConfigSchema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50054'),
  DENOMINATION_ASSET: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9.-]{0,63}$/, 'must be an asset id such as USDC')
    .default('USDC'),
  DENOMINATION_DECIMALS: integerVariable(0, 27).default(6),
  ORDER_EXPIRY_SECONDS: integerVariable(1, 86_400).default(120),
  REDISPATCH_AFTER_MILLIS: integerVariable(100, 3_600_000).default(5_000),
  UNRESOLVED_AFTER_MILLIS: integerVariable(1_000, 86_400_000).default(300_000),
  SETTLEMENT_DELAY_MILLIS: integerVariable(0, 31_536_000_000).default(3_600_000),
  AUDIT_INTERVAL_MILLIS: integerVariable(100, 86_400_000).default(60_000),
  AUDIT_POLL_MILLIS: integerVariable(10, 60_000).default(1_000),
  CLOCK_POLL_MILLIS: integerVariable(10, 60_000).default(500),
  MESSAGE_RETENTION_SECONDS: integerVariable(60, 315_360_000).default(2_592_000),
  PRUNE_POLL_MILLIS: integerVariable(10, 86_400_000).default(60_000),
  REPORT_CONCURRENCY: integerVariable(1, 256).default(16),
  CACHED_REBALANCES: integerVariable(1, 100_000).default(1_000),
});

/** OrderGen's configuration. */
export type OrderGenConfig = z.infer<typeof orderGenConfigSchema>;

/** Reads the environment; an invalid value refuses to start and names every bad variable. */
export function orderGenConfig(env: Record<string, string | undefined>): OrderGenConfig {
  return loadConfig(orderGenConfigSchema, env);
}
