import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { ConfigError } from './load-config.js';

const ADDRESS = /^(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;

/** A `host:port` variable; port 0 means a free one. */
export function addressVariable(): z.ZodType<string, string> {
  return z.string().refine(isAddress, 'must be host:port, such as 127.0.0.1:50051');
}

/**
 * Where another service is: `host:port`, balanced over every address of the name, or several
 * `IPv4:port` with commas. Read as what a gRPC client dials.
 */
export function peerVariable(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (text) => isAddress(text) || text.split(',').every((part) => isIpv4Address(part)),
      'must be host:port, or several IPv4:port with commas',
    )
    .transform((text) => (text.includes(',') ? `ipv4:${text}` : text));
}

/** A whole number between two bounds, both included. */
export function integerVariable(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, message)
    .transform((text) => parseInt(text, 10))
    .refine((value) => value >= min && value <= max, message);
}

/** An `on` or `off` variable. */
export function switchVariable(): z.ZodType<boolean, string> {
  return z.enum(['on', 'off'], 'must be on or off').transform((text) => text === 'on');
}

/** An address, or `off`. */
function addressOrOff(): z.ZodType<string, string> {
  const message = 'must be host:port, such as 127.0.0.1:9464, or off';
  return z.string().refine((text) => text === 'off' || portOf(text) <= 65_535, message);
}

/** A share from 0 to 1. */
function shareVariable(): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)$/, 'must be a number from 0 to 1')
    .transform((text) => parseFloat(text));
}

/** What a process says about itself while it runs, whatever it does. */
const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .regex(/^https?:\/\//, 'must start with http:// or https://')
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: shareVariable().default(0.1),
  SPAN_FOLDER: z.string().min(1).optional(),
  METRICS_ADDRESS: addressOrOff().default('127.0.0.1:9464'),
  LOG_LEVEL: z
    .enum(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'must be debug, info, warn, error or silent',
    )
    .default('info'),
};

/**
 * The variables that every service reads. A service extends it with its own, and gives
 * `GRPC_ADDRESS` and `DATABASE_SCHEMA` its defaults:
 * `baseConfigSchema.extend({ GRPC_ADDRESS: addressVariable().default('127.0.0.1:50052') })`.
 */
export const baseConfigSchema = z.object({
  GRPC_ADDRESS: addressVariable(),
  HEALTH_ADDRESS: addressVariable().optional(),
  DATABASE_URL: z.string().regex(/^postgres(?:ql)?:\/\//, 'must start with postgres://'),
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be a lower-case name')
    .optional(),
  DATABASE_MAX_CONNECTIONS: integerVariable(1, 1000).default(10),
  MIGRATIONS: z.enum(['start', 'job'], 'must be start or job').default('start'),
  NATS_URL: z
    .string()
    .regex(/^(?:nats|tls):\/\//, 'must start with nats:// or tls://')
    .optional(),
  STREAMS_FILE: z.string().optional(),
  STREAM_REPLICAS: integerVariable(1, 5).optional(),
  AUTH_ISSUER: z.string().default('trimtab-development'),
  AUTH_AUDIENCE: z.string().default('trimtab'),
  AUTH_JWKS_FILE: z.string().optional(),
  AUTH_JWKS_URL: z
    .string()
    .regex(/^https?:\/\//, 'must start with https:// or http://')
    .optional(),
  SERVICE_PRIVATE_KEY_FILE: z.string().optional(),
  TLS_CERTIFICATE_FILE: z.string().optional(),
  TLS_PRIVATE_KEY_FILE: z.string().optional(),
  TLS_AUTHORITIES_FILE: z.string().optional(),
  ORACLE_ADDRESS: peerVariable().default('127.0.0.1:50052'),
  SOLVER_ADDRESS: peerVariable().default('127.0.0.1:50053'),
  ORDERGEN_ADDRESS: peerVariable().default('127.0.0.1:50054'),
  REFLECTION: switchVariable().default(true),
  ...telemetryVariables,
  DRAIN_TIMEOUT_MILLIS: integerVariable(0, 600_000).default(10_000),
});

/** The configuration that every service has. */
export type BaseConfig = z.infer<typeof baseConfigSchema>;

/** The part of the configuration that telemetry is started with. */
export type TelemetryConfig = Pick<BaseConfig, keyof typeof telemetryVariables>;

/**
 * Where the keys that sign tokens are found.
 *
 * @throws ConfigError unless exactly one of AUTH_JWKS_FILE and AUTH_JWKS_URL is set
 */
export function jwksSource(
  config: Pick<BaseConfig, 'AUTH_JWKS_FILE' | 'AUTH_JWKS_URL'>,
): { readonly file: string } | { readonly url: string } {
  const { AUTH_JWKS_FILE: file, AUTH_JWKS_URL: url } = config;
  if (file !== undefined && url === undefined) return { file };
  if (url !== undefined && file === undefined) return { url };
  throw new ConfigError(['AUTH_JWKS_FILE or AUTH_JWKS_URL must be set, and only one of them']);
}

/**
 * The files of mutual TLS between services; absent when none of the variables is set.
 *
 * @throws ConfigError when some of the three are set and others are not
 */
export function tlsFiles(
  config: Pick<
    BaseConfig,
    'TLS_CERTIFICATE_FILE' | 'TLS_PRIVATE_KEY_FILE' | 'TLS_AUTHORITIES_FILE'
  >,
):
  | {
      readonly certificateFile: string;
      readonly privateKeyFile: string;
      readonly authoritiesFile: string;
    }
  | undefined {
  const {
    TLS_CERTIFICATE_FILE: certificateFile,
    TLS_PRIVATE_KEY_FILE: privateKeyFile,
    TLS_AUTHORITIES_FILE: authoritiesFile,
  } = config;
  if (
    certificateFile !== undefined &&
    privateKeyFile !== undefined &&
    authoritiesFile !== undefined
  ) {
    return { certificateFile, privateKeyFile, authoritiesFile };
  }
  const files = { certificateFile, privateKeyFile, authoritiesFile };
  if (Object.values(files).every((file) => file === undefined)) return undefined;
  throw new ConfigError([
    'TLS_CERTIFICATE_FILE, TLS_PRIVATE_KEY_FILE and TLS_AUTHORITIES_FILE must be set together',
  ]);
}

function isAddress(text: string): boolean {
  return portOf(text) <= 65_535;
}

function isIpv4Address(text: string): boolean {
  return isAddress(text) && isIPv4(text.slice(0, text.lastIndexOf(':')));
}

function portOf(text: string): number {
  const port = ADDRESS.exec(text)?.[1];
  return port === undefined ? Infinity : parseInt(port, 10);
}
