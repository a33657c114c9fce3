import { ATTRIBUTES, count, METRICS, type Logger } from '@trimtab/telemetry';
import type { Observer } from '../../application/ports.js';
import { recordStep } from './step-metrics.js';

/** One function per event of OrderGen; decides how loudly each is said. */
export function createObserver(logger: Logger): Observer {
  return {
    rebalanceCreated: (rebalanceId, vaultId, purpose) => {
      count(METRICS.rebalancesStarted, 1, { [ATTRIBUTES.rebalancePurpose]: purpose });
      logger.info({ ...ids(rebalanceId, vaultId), purpose }, 'rebalance created');
    },
    stepTaken: recordStep,
    rebalanceEnded: (rebalanceId, vaultId, state) =>
      logger.info(
        { ...ids(rebalanceId, vaultId), [ATTRIBUTES.rebalanceState]: state },
        'rebalance ended',
      ),
    vaultFrozen: (vaultId, rebalanceId, why) =>
      logger.error({ ...ids(rebalanceId, vaultId), why }, 'invariant broken, vault frozen'),
    redispatched: (rebalanceId, orderId) =>
      logger.warn({ [ATTRIBUTES.rebalanceId]: rebalanceId, orderId }, 'order sent again'),
    reportWaits: (rebalanceId, index) =>
      logger.info(
        { [ATTRIBUTES.rebalanceId]: rebalanceId, [ATTRIBUTES.actionIndex]: index },
        'report waits for its turn',
      ),
    duplicateReport: (rebalanceId, eventId) =>
      logger.debug(
        { [ATTRIBUTES.rebalanceId]: rebalanceId, [ATTRIBUTES.eventId]: eventId },
        'report changes nothing',
      ),
    actionStuck: ({ rebalanceId, vaultId, index, orderId }) =>
      logger.error(
        { ...ids(rebalanceId, vaultId), [ATTRIBUTES.actionIndex]: index, orderId },
        'action is stuck: no final report, only ResolveAction settles it',
      ),
    vaultDrifted: (vaultId, drift) =>
      logger.error({ [ATTRIBUTES.vaultId]: vaultId, drift }, 'books disagree, vault frozen'),
    faultExported: (rebalanceId) =>
      logger.warn({ [ATTRIBUTES.rebalanceId]: rebalanceId }, 'bundle of a faulted rebalance kept'),
    clockJobFailed: (job, rebalanceId, error) =>
      logger.error({ job, [ATTRIBUTES.rebalanceId]: rebalanceId, error }, `${job} failed`),
  };
}

function ids(rebalanceId: string, vaultId: string): Record<string, string> {
  return { [ATTRIBUTES.rebalanceId]: rebalanceId, [ATTRIBUTES.vaultId]: vaultId };
}
