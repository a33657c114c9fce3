import { parseDecimal, type Decimal } from '@trimtab/decimal';
import {
  addressVariable,
  baseConfigSchema,
  integerVariable,
  loadConfig,
  peerVariable,
} from '@trimtab/lifecycle';
import { z } from 'zod';
import type { Address } from './adapters/clients/settings.js';
import type { AgentSettings } from './application/ports.js';

const SECOND = 1_000;
const DAY_SECONDS = 86_400;

/** The environment of the engine. It keeps nothing, so it has no database. */
export const engineConfigSchema = baseConfigSchema
  .pick({
    TLS_CERTIFICATE_FILE: true,
    TLS_PRIVATE_KEY_FILE: true,
    TLS_AUTHORITIES_FILE: true,
    ORACLE_ADDRESS: true,
    SOLVER_ADDRESS: true,
    ORDERGEN_ADDRESS: true,
    NATS_URL: true,
    STREAMS_FILE: true,
    STREAM_REPLICAS: true,
    AUTH_ISSUER: true,
    AUTH_AUDIENCE: true,
    SERVICE_PRIVATE_KEY_FILE: true,
    OTEL_EXPORTER_OTLP_ENDPOINT: true,
    OTEL_TRACES_SAMPLER_ARG: true,
    SPAN_FOLDER: true,
    METRICS_ADDRESS: true,
    LOG_LEVEL: true,
    DRAIN_TIMEOUT_MILLIS: true,
    HEALTH_ADDRESS: true,
  })
  .extend({
    GRPC_ADDRESS: addressVariable().default('127.0.0.1:50056'),
    INTENT_ADDRESS: peerVariable().default('127.0.0.1:50051'),
    ENGINE_ID: z
      .string()
      .regex(
        /^[A-Za-z0-9._-]{1,64}$/,
        'must be 1 to 64 letters, digits, dots, dashes or underscores',
      )
      .optional(),
    TICK_CONCURRENCY: integerVariable(1, 256).default(16),
    LEASE_SECONDS: integerVariable(5, 300).default(30),
    WORK_POLL_MILLIS: integerVariable(10, 60_000).default(1_000),
    FIRST_BACKOFF_MILLIS: integerVariable(1, 3_600_000).default(1_000),
    MAX_BACKOFF_MILLIS: integerVariable(1, DAY_SECONDS * SECOND).default(300_000),
    VOLATILITIES: volatilitiesVariable().prefault('{"*":"0.8"}'),
    SPREAD_BPS: integerVariable(0, 10_000).default(6),
    MINIMUM_ROLL_INTERVAL_SECONDS: integerVariable(0, 365 * DAY_SECONDS).default(3_600),
    SETTLEMENT_DELAY_SECONDS: integerVariable(0, 30 * DAY_SECONDS).default(3_600),
    // An observation counts for 60 s.
    ORACLE_INTERVAL_SECONDS: integerVariable(1, 50).default(15),
    QUOTE_INTERVAL_SECONDS: integerVariable(1, 3_600).default(10),
    QUOTE_MAX_AGE_SECONDS: integerVariable(1, 3_600).default(30),
    MONITOR_INTERVAL_SECONDS: integerVariable(1, DAY_SECONDS).default(300),
    DRIFT_INTERVAL_SECONDS: integerVariable(1, 30 * DAY_SECONDS).default(3_600),
    DRIFT_MOVE_BPS: integerVariable(1, 10_000).default(100),
    PROGRESS_POLL_MILLIS: integerVariable(10, 60_000).default(1_000),
    IDLE_INTERVAL_SECONDS: integerVariable(1, 30 * DAY_SECONDS).default(3_600),
    FIRST_DEFERRAL_SECONDS: integerVariable(1, DAY_SECONDS).default(60),
    MAX_DEFERRAL_SECONDS: integerVariable(1, 30 * DAY_SECONDS).default(3_600),
    IDLE_CASH_BPS: integerVariable(1, 10_000).default(100),
  });

/** Configuration as it is read from the environment. */
export type EngineEnvironment = z.infer<typeof engineConfigSchema>;

type Remote = 'INTENT_ADDRESS' | 'ORACLE_ADDRESS' | 'SOLVER_ADDRESS' | 'ORDERGEN_ADDRESS';

/**
 * What the composition needs. Addresses of services may be functions, for services of the same process
 * that listen on free ports.
 */
export type EngineConfig = Omit<EngineEnvironment, Remote> & Readonly<Record<Remote, Address>>;

/** @throws ConfigError naming every bad variable */
export function engineConfig(env: Readonly<Record<string, string | undefined>>): EngineEnvironment {
  return loadConfig(engineConfigSchema, env);
}

/** The figures that the agents go by. */
export function agentSettings(config: EngineConfig): AgentSettings {
  return {
    volatilities: config.VOLATILITIES,
    spreadBps: config.SPREAD_BPS,
    minimumRollIntervalMillis: config.MINIMUM_ROLL_INTERVAL_SECONDS * SECOND,
    settlementDelayMillis: config.SETTLEMENT_DELAY_SECONDS * SECOND,
    oracleIntervalMillis: config.ORACLE_INTERVAL_SECONDS * SECOND,
    quoteIntervalMillis: config.QUOTE_INTERVAL_SECONDS * SECOND,
    quoteMaxAgeMillis: config.QUOTE_MAX_AGE_SECONDS * SECOND,
    monitorIntervalMillis: config.MONITOR_INTERVAL_SECONDS * SECOND,
    driftIntervalMillis: config.DRIFT_INTERVAL_SECONDS * SECOND,
    driftMoveBps: config.DRIFT_MOVE_BPS,
    pollMillis: config.PROGRESS_POLL_MILLIS,
    idleMillis: config.IDLE_INTERVAL_SECONDS * SECOND,
    firstDeferralMillis: config.FIRST_DEFERRAL_SECONDS * SECOND,
    maxDeferralMillis: config.MAX_DEFERRAL_SECONDS * SECOND,
    idleCashBps: config.IDLE_CASH_BPS,
  };
}

const VOLATILITY_RULE =
  'must be a JSON object of canonical decimals above 0 by base and with a default "*", such as {"BTC":"0.65","*":"0.8"}';

/** `{"BTC":"0.65","*":"0.8"}`: of a year, by base asset. */
function volatilitiesVariable() {
  return z.string().transform((text, context): ReadonlyMap<string, Decimal> => {
    const parsed = parseVolatilities(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: VOLATILITY_RULE });
    return z.NEVER;
  });
}

const volatilitiesSchema = z.record(z.string().regex(/^(?:[A-Z]{2,5}|\*)$/), z.string());

function parseVolatilities(text: string): ReadonlyMap<string, Decimal> | undefined {
  const found = volatilitiesSchema.safeParse(parseJson(text));
  if (!found.success) return undefined;
  const volatilities = new Map<string, Decimal>();
  for (const [base, value] of Object.entries(found.data)) {
    const volatility = parseDecimal(value);
    if (!volatility.ok || volatility.value.digits <= 0n) return undefined;
    volatilities.set(base, volatility.value);
  }
  return volatilities.has('*') ? volatilities : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
