import { setTimeout as pause } from 'node:timers/promises';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { present, type Clock } from '@trimtab/core';
import {
  createGrpcServer,
  createServiceClient,
  type Authenticator,
  type TokenIssuer,
  type TlsIdentity,
} from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { busDependency, createRelay, type Bus } from '@trimtab/messaging';
import {
  createDatabase,
  databaseDependency,
  migrate,
  requestResend,
  type Database,
} from '@trimtab/storage';
import { currentTraceparent, type Logger } from '@trimtab/telemetry';
import { createDispatchConsumer } from './adapters/bus/dispatch-consumer.js';
import { parseDispatch } from './adapters/bus/parse-dispatch.js';
import { toReportMessage } from './adapters/bus/report-message.js';
import { createMarketSource } from './adapters/clients/market-source.js';
import { createRebalanceSource } from './adapters/clients/rebalance-source.js';
import { createRecentMarkets } from './adapters/clients/recent-markets.js';
import { executorMigrations } from './adapters/postgres/migrations.js';
import { createOrderStore } from './adapters/postgres/order-store.js';
import type { ExecutorTables } from './adapters/postgres/tables.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { inTraceOf } from './adapters/telemetry/traced-recovery.js';
import { traceVenue } from './adapters/telemetry/traced-venue.js';
import { createPaperVenue } from './adapters/venues/paper-venue.js';
import { createExecuteFresh } from './application/execute-fresh.js';
import { createExecuteOrder } from './application/execute-order.js';
import { createRecoverOrders } from './application/recover-orders.js';
import { createRepeatAnswer } from './application/repeat-answer.js';
import { createFinishOrder, createSettleOrder } from './application/settle-order.js';
import type { ExecutorConfig } from './config.js';

/** What the executor is given: the outside world. */
export interface ExecutorDependencies {
  readonly clock: Clock;
  readonly database: Database<ExecutorTables>;
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The paper venue trades at the price that the order was just checked against. */
const MARKET_AGE_MILLIS = 50;

/** Builds the executor. It serves health and reflection only; its work comes over the bus. */
export function composeExecutor(
  config: ExecutorConfig,
  deps: ExecutorDependencies,
): ServedComponent {
  const { clock, database, bus, logger } = deps;
  const client = {
    serviceName: 'executor',
    issuer: deps.tokenIssuer,
    defaultDeadlineMs: 5_000,
    tls: deps.tls,
  };
  const orderGen = createServiceClient({
    ...client,
    definition: OrderGenServiceService,
    address: config.ORDERGEN_ADDRESS,
  });
  const vaults = createServiceClient({
    ...client,
    definition: VaultServiceService,
    address: config.ORDERGEN_ADDRESS,
  });
  const oracle = createServiceClient({
    ...client,
    definition: OracleServiceService,
    address: config.ORACLE_ADDRESS,
  });

  const relay = createRelay({ database, bus, logger, pollMs: 500 });
  const observer = createObserver(logger);
  const markets = createRecentMarkets(createMarketSource(oracle, clock), {
    maxAgeMillis: MARKET_AGE_MILLIS,
    now: () => performance.now(),
  });
  const besides = openBesides(database);
  const store = createOrderStore({
    database,
    besides,
    parse: parseStored,
    toMessage: toReportMessage,
    traceparent: currentTraceparent,
    publish: (messages) => relay.publish(messages),
    resend: async (eventIds) => {
      await relay.mark();
      await requestResend(database.kysely, eventIds);
      relay.wake();
    },
  });
  const venue = traceVenue(
    createPaperVenue({
      database: besides,
      markets: markets.recent,
      model: {
        seed: config.PAPER_SEED,
        maxSlippageBps: config.PAPER_MAX_SLIPPAGE_BPS,
        feeBps: config.PAPER_FEE_BPS,
      },
      script: config.PAPER_SCRIPT,
      pause: wait,
    }),
  );
  const settling = {
    clock,
    store,
    rebalances: createRebalanceSource({ orderGen, vaults }),
    markets: markets.asked,
    venue,
    observer,
  };
  const settleOrder = createSettleOrder(settling);
  const executeFresh = createExecuteFresh(settling);
  const recoverOrders = createRecoverOrders({
    store,
    finishOrder: createFinishOrder(settling),
    observer,
    inTraceOf,
  });
  const server = createGrpcServer({
    name: 'executor',
    address: config.GRPC_ADDRESS,
    services: [],
    authenticator: deps.authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    healthAddress: config.HEALTH_ADDRESS,
    tls: deps.tls,
    dependencies: [databaseDependency(database), busDependency(bus)],
  });
  const consumer = createDispatchConsumer({
    bus,
    executeOrder: createExecuteOrder({ store, executeFresh, settleOrder }),
    repeatAnswer: createRepeatAnswer({ store, pause: wait }),
    observer,
    concurrency: concurrencyOf(config, database),
  });
  const storage: Component = {
    name: 'executor storage',
    start: () => migrate(database, executorMigrations),
    stop: async () => {
      for (const connection of [orderGen, vaults, oracle]) connection.close();
      await besides.close();
    },
  };
  const work = sideBySide(consumer, createRecovery(recoverOrders, logger));
  const parts = group('executor', [storage, relay, server, work]);
  return {
    name: 'executor',
    start: () => parts.start(),
    stop: async () => {
      server.setReady(false);
      await parts.stop();
    },
    get address() {
      return server.address;
    },
  };
}

/** Finishes the orders of an earlier run beside the new ones; what fails comes again by redispatch. */
function createRecovery(
  recover: (signal: AbortSignal) => Promise<void>,
  logger: Logger,
): Component {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  return {
    name: 'order recovery',
    start: async () => {
      running = recover(stopping.signal).catch((error: unknown) => {
        logger.warn({ error }, 'recovery of orders ended early');
      });
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Both work on orders under their row locks, so one may wait for an order that the other has in hand:
 * they are told to stop at once, or the one would wait for the other to its end.
 */
function sideBySide(consumer: Component, recovery: Component): Component {
  return {
    name: 'executor orders',
    start: async () => {
      await consumer.start();
      await recovery.start();
    },
    stop: async () => {
      await Promise.all([consumer.stop(), recovery.stop()]);
    },
  };
}

function parseStored(dispatch: Uint8Array) {
  const order = parseDispatch(dispatch);
  return present(order.ok ? order.value : undefined, 'a stored dispatch can be read');
}

const wait = (millis: number, signal: AbortSignal): Promise<void> =>
  pause(millis, undefined, { signal });

/** Two connections of their own, for short statements under a row lock. */
function openBesides(database: Database<ExecutorTables>): Database<ExecutorTables> {
  const { clientConfig, schema } = database;
  const connectionString = present(clientConfig.connectionString, 'a database has an address');
  return createDatabase({ connectionString, schema, maxConnections: 2 });
}

/** Each order in execution holds a connection; relay, acceptance and recovery need one each. */
function concurrencyOf(config: ExecutorConfig, { pool }: Database<ExecutorTables>): number {
  return Math.max(1, Math.min(config.ORDER_CONCURRENCY, pool.options.max - 3));
}
