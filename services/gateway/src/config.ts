import {
  addressVariable,
  baseConfigSchema,
  integerVariable,
  loadConfig,
  peerVariable,
} from '@trimtab/lifecycle';
import type { z } from 'zod';

/** The environment of the gateway. It keeps nothing, so it has no database and no keys of its own. */
export const gatewayConfigSchema = baseConfigSchema
  .pick({
    TLS_CERTIFICATE_FILE: true,
    TLS_PRIVATE_KEY_FILE: true,
    TLS_AUTHORITIES_FILE: true,
    ORDERGEN_ADDRESS: true,
    OTEL_EXPORTER_OTLP_ENDPOINT: true,
    OTEL_TRACES_SAMPLER_ARG: true,
    SPAN_FOLDER: true,
    METRICS_ADDRESS: true,
    LOG_LEVEL: true,
    DRAIN_TIMEOUT_MILLIS: true,
    HEALTH_ADDRESS: true,
  })
  .extend({
    HTTP_ADDRESS: addressVariable().default('127.0.0.1:8080'),
    INTENT_ADDRESS: peerVariable().default('127.0.0.1:50051'),
    REQUEST_TIMEOUT_MILLIS: integerVariable(1, 600_000).default(30_000),
    HEARTBEAT_MILLIS: integerVariable(10, 600_000).default(15_000),
    MAX_EVENT_STREAMS: integerVariable(1, 100_000).default(1_000),
  });

/** The gateway's configuration. */
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;

/** Reads the environment; an invalid value refuses to start and names every bad variable. */
export function gatewayConfig(env: Record<string, string | undefined>): GatewayConfig {
  return loadConfig(gatewayConfigSchema, env);
}
