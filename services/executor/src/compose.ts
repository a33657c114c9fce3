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
} from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { createRelay, type Bus } from '@trimtab/messaging';
import { migrate, type Database } from '@trimtab/storage';
import { injectTrace, type Logger } from '@trimtab/telemetry';
import { createDispatchConsumer } from './adapters/bus/dispatch-consumer.js';
import { parseDispatch } from './adapters/bus/parse-dispatch.js';
import { toReportMessage } from './adapters/bus/report-message.js';
import { createMarketSource } from './adapters/clients/market-source.js';
import { createRebalanceSource } from './adapters/clients/rebalance-source.js';
import { executorMigrations } from './adapters/postgres/migrations.js';
import { createOrderStore } from './adapters/postgres/order-store.js';
import type { ExecutorTables } from './adapters/postgres/tables.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { createPaperVenue } from './adapters/venues/paper-venue.js';
import { createExecuteOrder } from './application/execute-order.js';
import { createRecoverOrders } from './application/recover-orders.js';
import type { ExecutorConfig } from './config.js';

/** What the executor is given: the outside world. */
export interface ExecutorDependencies {
  readonly clock: Clock;
  readonly database: Database<ExecutorTables>;
  readonly bus: Bus;
  readonly authenticator: Authenticator;
  readonly tokenIssuer: TokenIssuer;
  readonly logger: Logger;
}

/** Builds the executor. It serves health and reflection only; its work comes over the bus. */
export function composeExecutor(
  config: ExecutorConfig,
  deps: ExecutorDependencies,
): ServedComponent {
  const { clock, database, bus, logger } = deps;
  const client = { serviceName: 'executor', issuer: deps.tokenIssuer, defaultDeadlineMs: 5_000 };
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
  const markets = createMarketSource(oracle);
  const store = createOrderStore({
    database,
    toMessage: toReportMessage,
    traceparent: currentTraceparent,
    wakeRelay: relay.wake,
  });
  const venue = createPaperVenue({
    database,
    markets,
    model: {
      seed: config.PAPER_SEED,
      maxSlippageBps: config.PAPER_MAX_SLIPPAGE_BPS,
      feeBps: config.PAPER_FEE_BPS,
    },
    script: config.PAPER_SCRIPT,
    pause: (millis, signal) => pause(millis, undefined, { signal }),
  });
  const executeOrder = createExecuteOrder({
    clock,
    store,
    rebalances: createRebalanceSource({ orderGen, vaults }),
    markets,
    venue,
    observer,
  });
  const recoverOrders = createRecoverOrders({ store, executeOrder, observer, parse: parseStored });
  const server = createGrpcServer({
    name: 'executor',
    address: config.GRPC_ADDRESS,
    services: [],
    authenticator: deps.authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
  });
  const consumer = createDispatchConsumer({
    bus,
    executeOrder,
    answerAgain: store.answerAgain,
    concurrency: config.ORDER_CONCURRENCY,
  });
  const storage: Component = {
    name: 'executor storage',
    start: () => migrate(database, executorMigrations),
    stop: async () => {
      for (const connection of [orderGen, vaults, oracle]) connection.close();
    },
  };
  const recovery = createRecovery(recoverOrders, logger);
  const parts = group('executor', [storage, relay, server, consumer, recovery]);
  return {
    name: 'executor',
    start: parts.start,
    stop: parts.stop,
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

function parseStored(dispatch: Uint8Array) {
  const order = parseDispatch(dispatch);
  return present(order.ok ? order.value : undefined, 'a stored dispatch can be read');
}

function currentTraceparent(): string | undefined {
  let traceparent: string | undefined;
  injectTrace((key, value) => {
    if (key === 'traceparent') traceparent = value;
  });
  return traceparent;
}
