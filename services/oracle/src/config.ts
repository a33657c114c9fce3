import { addressVariable, baseConfigSchema, integerVariable, loadConfig } from '@trimtab/lifecycle';
import { z } from 'zod';
import { isAssetId } from './domain/asset.js';

const DAY_SECONDS = 86_400;

const schema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50052'),
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be a lower-case name')
    .default('oracle'),
  DENOMINATION_ASSET: z
    .string()
    .refine(isAssetId, 'must match [A-Z0-9][A-Z0-9.-]{0,63}')
    .default('USDC'),
  DENOMINATION_DECIMALS: integerVariable(0, 27).default(6),
  CLOCK_POLL_MILLIS: integerVariable(10, 3_600_000).default(250),
  VIEW_POLL_MILLIS: integerVariable(10, 3_600_000).default(250),
  PRUNE_POLL_MILLIS: integerVariable(10, 86_400_000).default(60_000),
  OBSERVATION_RETENTION_SECONDS: integerVariable(60, 1_000_000_000).default(7 * DAY_SECONDS),
  PRICE_RETENTION_SECONDS: integerVariable(60, 1_000_000_000).default(90 * DAY_SECONDS),
  SNAPSHOT_RETENTION_SECONDS: integerVariable(60, 1_000_000_000).default(90 * DAY_SECONDS),
});

/** The oracle's configuration: that of every service, and the asset that prices are in. */
export type OracleConfig = z.infer<typeof schema>;

/**
 * Reads the environment.
 *
 * @throws ConfigError naming every variable that is absent or invalid
 */
export function oracleConfig(env: Readonly<Record<string, string | undefined>>): OracleConfig {
  return loadConfig(schema, env);
}
