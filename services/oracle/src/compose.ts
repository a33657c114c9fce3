import type { Clock } from '@trimtab/core';
import { createGrpcServer, type Authenticator } from '@trimtab/grpc';
import { group, type Component, type ServedComponent } from '@trimtab/lifecycle';
import { migrate, type Database } from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import { createOracleBinding } from './adapters/grpc/handlers.js';
import { migrations } from './adapters/postgres/migrations.js';
import { createStore } from './adapters/postgres/store.js';
import type { OracleTables } from './adapters/postgres/tables.js';
import { createObserver } from './adapters/telemetry/observer.js';
import { ensureDenomination } from './application/ensure-denomination.js';
import { createGetPrice } from './application/get-price.js';
import { createListPrices } from './application/list-prices.js';
import { createRegisterAsset } from './application/register-asset.js';
import { createSubmitObservations } from './application/submit-observations.js';
import { createTakeSnapshot } from './application/take-snapshot.js';
import { createUpdateAsset } from './application/update-asset.js';
import type { OracleConfig } from './config.js';

/** The outside world of the oracle. The database is the caller's to close. */
export interface OracleDependencies {
  readonly clock: Clock;
  readonly database: Database<OracleTables>;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
}

/** The part of the configuration that composing needs. */
export type OracleSettings = Pick<
  OracleConfig,
  | 'GRPC_ADDRESS'
  | 'REFLECTION'
  | 'DRAIN_TIMEOUT_MILLIS'
  | 'DENOMINATION_ASSET'
  | 'DENOMINATION_DECIMALS'
>;

/** Builds the oracle: `start` migrates, registers the denomination asset, then serves. */
export function composeOracle(
  config: OracleSettings,
  dependencies: OracleDependencies,
): ServedComponent {
  const { clock, database, authenticator, logger } = dependencies;
  const store = createStore(database);
  const observer = createObserver(logger);
  const prices = { clock, observer, store };
  const server = createGrpcServer({
    name: 'oracle',
    address: config.GRPC_ADDRESS,
    services: [
      createOracleBinding({
        store,
        registerAsset: createRegisterAsset({ clock, observer }),
        updateAsset: createUpdateAsset({ clock, observer }),
        submitObservations: createSubmitObservations({ clock, observer }),
        getPrice: createGetPrice(prices),
        listPrices: createListPrices(prices),
        takeSnapshot: createTakeSnapshot({ clock, observer }),
      }),
    ],
    authenticator,
    logger,
    reflection: config.REFLECTION,
    drainTimeoutMs: config.DRAIN_TIMEOUT_MILLIS,
  });
  const denomination = {
    assetId: config.DENOMINATION_ASSET,
    decimals: config.DENOMINATION_DECIMALS,
  };
  const storage: Component = {
    name: 'oracle storage',
    start: async () => {
      await migrate(database, migrations);
      await ensureDenomination(store, denomination, clock);
    },
    stop: () => Promise.resolve(),
  };
  const parts = group('oracle', [storage, server]);
  return {
    name: 'oracle',
    start: () => parts.start(),
    stop: () => parts.stop(),
    get address() {
      return server.address;
    },
  };
}
