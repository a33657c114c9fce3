import { addressVariable, baseConfigSchema, loadConfig } from '@trimtab/lifecycle';
import type { z } from 'zod';
import type { Address } from './adapters/clients/addresses.js';
import { notificationVariables, type NotificationConfig } from './notification-config.js';

/** The environment of the intent service; an invalid value refuses to start. */
export const intentConfigSchema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50051'),
  ...notificationVariables,
});

type Remote = 'ORACLE_ADDRESS' | 'SOLVER_ADDRESS' | 'ORDERGEN_ADDRESS';

/** Configuration as it is read from the environment. */
export type IntentEnvironment = z.infer<typeof intentConfigSchema>;

/**
 * What the composition needs. Addresses of other services may be functions, for services of the same
 * process that listen on free ports.
 */
export type IntentConfig = Pick<
  IntentEnvironment,
  'GRPC_ADDRESS' | 'HEALTH_ADDRESS' | 'REFLECTION' | 'DRAIN_TIMEOUT_MILLIS'
> &
  Readonly<Record<Remote, Address>> &
  NotificationConfig;

/** @throws ConfigError naming every bad variable */
export function intentConfig(env: Readonly<Record<string, string | undefined>>): IntentEnvironment {
  return loadConfig(intentConfigSchema, env);
}
