import type { Logger } from '@trimtab/telemetry';
import type { OracleObserver } from '../../application/ports.js';

/** Writes what happened in the oracle to its log; one stable message per event. */
export function createObserver(logger: Logger): OracleObserver {
  return {
    assetRegistered: ({ assetId, version }) =>
      logger.info({ assetId, version: version.toString() }, 'asset registered'),
    assetUpdated: ({ assetId, version }) =>
      logger.info({ assetId, version: version.toString() }, 'asset updated'),
    observationsTaken: (event) => {
      // Refusals point at a publisher that needs attention; the rest is routine.
      if (event.refusedCount > 0) logger.warn(event, 'observations refused');
      else logger.debug(event, 'observations taken');
    },
    pricePublished: (event) => logger.debug(event, 'price published'),
    stateChanged: (event) => {
      if (event.to === 'HEALTHY') logger.info(event, 'asset healthy');
      else logger.warn(event, 'asset not healthy');
    },
    snapshotTaken: (event) => logger.info(event, 'snapshot taken'),
  };
}
