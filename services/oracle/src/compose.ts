import type { Clock } from '@trimtab/core';
import { createGrpcServer, type Authenticator, type TlsIdentity } from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { busDependency, createRelay, type Bus } from '@trimtab/messaging';
import { databaseDependency, migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createPriceEvents, NO_EVENTS } from './adapters/bus/price-events.js';
import { createOracleBinding } from './adapters/grpc/handlers.js';
import { createPriceView } from './adapters/memory/price-view.js';
import { createHistory } from './adapters/postgres/history.js';
import { loadRecords } from './adapters/postgres/load-records.js';
import { migrations } from './adapters/postgres/migrations.js';
import { createPruneStore } from './adapters/postgres/prune-store.js';
import { createRefreshView } from './adapters/postgres/refresh-view.js';
import { createStore } from './adapters/postgres/store.js';
import type { OracleTables } from './adapters/postgres/tables.js';
import { observePrices } from './adapters/telemetry/observe-prices.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { ensureDenomination } from './application/ensure-denomination.js';
import { createGetPrice } from './application/get-price.js';
import { createListPrices } from './application/list-prices.js';
import { createRegisterAsset } from './application/register-asset.js';
import { createSubmitObservations } from './application/submit-observations.js';
import { createTakeSnapshot } from './application/take-snapshot.js';
import { createUpdateAsset } from './application/update-asset.js';
import { composeJobs, type JobSettings } from './compose-jobs.js';
import type { OracleConfig } from './config.js';

/** The outside world of the oracle. The database and the bus are the caller's to close. */
export interface OracleDependencies {
  readonly clock: Clock;
  readonly database: Database<OracleTables>;
  /** Without one no hints are published. */
  readonly bus?: Bus;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/** The part of the configuration that composing needs. */
export type OracleSettings = JobSettings &
  Pick<
    OracleConfig,
    | 'GRPC_ADDRESS'
    | 'HEALTH_ADDRESS'
    | 'REFLECTION'
    | 'DRAIN_TIMEOUT_MILLIS'
    | 'DENOMINATION_ASSET'
    | 'DENOMINATION_DECIMALS'
  >;

/**
 * Builds the oracle: `start` migrates, registers the denomination asset, loads every price into
 * memory, then serves.
 */
export function composeOracle(
  config: OracleSettings,
  dependencies: OracleDependencies,
): ServedComponent {
  const { clock, database, bus, authenticator, logger } = dependencies;
  const relay = bus && createRelay({ database, bus, logger, pollMs: 500 });
  const events = relay === undefined ? NO_EVENTS : createPriceEvents({ wake: () => relay.wake() });
  const view = createPriceView((assetId) => loadRecords(database.kysely, [assetId]));
  const transactions = createStore({ database, view, events });
  const history = createHistory(database.kysely);
  const refreshView = createRefreshView(database.kysely, view);
  const observer = createObserver(logger);
  const prices = { clock, observer, view, history, transactions };
  const server = createGrpcServer({
    name: 'oracle',
    address: config.GRPC_ADDRESS,
    services: [
      createOracleBinding({
        view,
        history,
        transactions,
        registerAsset: createRegisterAsset({ clock, observer }),
        updateAsset: createUpdateAsset({ clock, observer }),
        submitObservations: createSubmitObservations({ clock, observer }),
        getPrice: createGetPrice(prices),
        listPrices: createListPrices(prices),
        takeSnapshot: createTakeSnapshot(prices),
      }),
    ],
    authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
    healthAddress: config.HEALTH_ADDRESS,
    tls: dependencies.tls,
    dependencies: [
      databaseDependency(database),
      ...(bus === undefined ? [] : [busDependency(bus)]),
    ],
  });
  const denomination = {
    assetId: config.DENOMINATION_ASSET,
    decimals: config.DENOMINATION_DECIMALS,
  };
  let stopObserving: (() => void) | undefined;
  const storage: Component = {
    name: 'oracle storage',
    start: async () => {
      await migrate(database, migrations);
      await ensureDenomination(transactions, denomination, clock);
      await refreshView();
      stopObserving ??= observePrices(view, clock);
    },
    stop: async () => {
      stopObserving?.();
      stopObserving = undefined;
    },
  };
  const pruneStore = createPruneStore(database);
  const jobs = composeJobs(config, { ...prices, refreshView, pruneStore, logger });
  const parts = group('oracle', [storage, ...(relay === undefined ? [] : [relay]), jobs, server]);
  return {
    name: 'oracle',
    start: () => parts.start(),
    stop: () => parts.stop(),
    get address() {
      return server.address;
    },
  };
}
