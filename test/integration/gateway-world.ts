import { instant, type Clock } from '@trimtab/core';
import { AUTHENTICATED, type Rule, type ServiceShape } from '@trimtab/grpc';
import { composeGateway, gatewayConfig, type Gateway } from '@trimtab/gateway';
import { silentLogger } from '@trimtab/telemetry';

/** The source's treasury intent, as its curl line sends it. */
export const TREASURY_JSON = `{
  "type": "treasury",
  "ticker": "BTC/USDC",
  "collateral": {"asset": "USDC", "amount": "50000.00"},
  "config": {
    "strikeRatio": 0.50,
    "maturityDays": 30,
    "rebalanceThreshold": 1.5,
    "autoRoll": true,
    "rollStrategy": "standard"
  },
  "constraints": {
    "maxAnnualDriftBps": 200,
    "maxSlippagePerRollBps": 10,
    "maxCapital": "50000.00",
    "stopLossDriftBps": 500
  },
  "notifications": {
    "onRoll": true,
    "onThresholdBreach": true,
    "onStopLoss": true,
    "channels": ["inapp", "webhook"]
  }
}`;

/** A rule for each method of a service. */
type RulesOf<D extends ServiceShape> = Record<Capitalize<keyof D & string>, Rule>;

/** Every method of a service, for whoever has a token. */
export function anybody<D extends ServiceShape>(definition: D): RulesOf<D> {
  const names = Object.values(definition).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  // The names of the methods are exactly those that the rules are for.
  return Object.fromEntries(names.map((name) => [name, AUTHENTICATED])) as RulesOf<D>;
}

/** What came back, with its body read. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

/** An intent as tests look at it; the document says what else it has. */
export interface IntentJson {
  readonly id: string;
  readonly etag: string;
  readonly status: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly constraints: Readonly<Record<string, unknown>>;
  readonly collateral: Readonly<Record<string, unknown>>;
  readonly triggers: unknown;
}

/** The fields of every answer together; a test reads those of its own. */
export interface Json {
  readonly intent: IntentJson;
  readonly intents: readonly IntentJson[];
  readonly nextPageToken: string;
  readonly fetchedAt: string;
  readonly strategies: readonly { readonly type: string }[];
  readonly portfolio: unknown;
  readonly status: number;
  readonly reason: string;
  readonly error: string;
  readonly message: string;
  readonly detail: string;
  readonly traceId: string;
  readonly violations: readonly { readonly field: string; readonly reason: string }[];
}

/** Asks a gateway. */
export type Ask = (
  method: string,
  path: string,
  options?: {
    readonly token?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<RestAnswer>;

/** A gateway in front of services of a test. */
export interface GatewayWorld {
  readonly gateway: Gateway;
  readonly base: string;
  readonly ask: Ask;
  close(): Promise<void>;
}

const NOWHERE = '127.0.0.1:1';
const CLOCK: Clock = { now: () => instant(1_522_800_000_000) };

export async function startGatewayWorld(addresses: {
  readonly intent?: string;
  readonly ordergen?: string;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<GatewayWorld> {
  const config = gatewayConfig({
    HTTP_ADDRESS: '127.0.0.1:0',
    INTENT_ADDRESS: addresses.intent ?? NOWHERE,
    ORDERGEN_ADDRESS: addresses.ordergen ?? NOWHERE,
    DRAIN_TIMEOUT_MILLIS: '2000',
    HEARTBEAT_MILLIS: '100',
    ...addresses.environment,
  });
  const gateway = composeGateway(config, { clock: CLOCK, logger: silentLogger() });
  await gateway.start();
  const base = `http://${gateway.address}`;
  return {
    gateway,
    base,
    ask: async (method, path, { token, body, headers } = {}) => {
      const response = await fetch(`${base}${path}`, {
        method,
        ...(body !== undefined && { body }),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: JSON.parse(text.startsWith('{') ? text : '{}') as Json,
      };
    },
    close: () => gateway.stop(),
  };
}
