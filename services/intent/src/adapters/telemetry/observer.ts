import type { Logger } from '@trimtab/telemetry';
import type { IntentObserver } from '../../application/observer.js';

/** Writes what happened to the log, one stable message per event. */
export function createLogObserver(logger: Logger): IntentObserver {
  return {
    intentCreated: (event) => logger.info(event, 'intent created'),
    intentActivated: (event) => logger.info(event, 'intent activated'),
    activationFailed: (event) => logger.warn(event, 'intent activation failed'),
    activationStalled: ({ intentId, error }) =>
      logger.warn({ intentId, err: error }, 'activation not ended yet'),
    stateChangeAccepted: (event) => logger.info(event, 'state change accepted'),
    stateChanged: (event) => logger.info(event, 'state changed'),
    stateChangeStalled: ({ intentId, error }) =>
      logger.warn({ intentId, err: error }, 'state change not finished yet'),
    intentUpdated: (event) => logger.info(event, 'intent updated'),
    depositLimitFailed: ({ intentId, error }) =>
      logger.warn({ intentId, err: error }, 'deposit limit not set yet'),
    seriesStalled: ({ intentId, seriesId, error }) =>
      logger.warn({ intentId, seriesId, err: error }, 'vault of a series not asked yet'),
    runStarted: (event) => logger.info(event, 'run started'),
    runStalled: ({ runId, intentId, error }) =>
      logger.warn({ runId, intentId, err: error }, 'run not ended yet'),
    runEnded: (event) => logger.info(event, 'run ended'),
  };
}
