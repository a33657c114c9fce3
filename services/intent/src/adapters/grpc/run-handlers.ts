import { IntentServiceService, RebalanceIntentRequest } from '@trimtab/contracts/intent';
import { createFields, type CallContext } from '@trimtab/grpc';
import { RUN_TRIGGERS, type Run } from '../../domain/run.js';
import { outcomeWords, triggerWords } from './enum-words.js';
import { readSeriesId } from './index-runtime-mapping.js';
import { textId } from './read-ids.js';
import { callOf, requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

/** RebalanceIntent. */
export function runHandlers({ rebalanceIntent, ids }: IntentUseCases): IntentHandlers {
  return {
    RebalanceIntent: async (request, context: CallContext) => {
      const method = IntentServiceService.rebalanceIntent.path;
      const key = requestKey({ method, request, encoder: RebalanceIntentRequest }, context, ids);
      const fields = createFields();
      const intentId = textId(fields, 'intent_id', request.intentId);
      const trigger =
        request.trigger === undefined
          ? 'MANUAL'
          : fields.enumValue('trigger', request.trigger, TRIGGERS);
      const seriesId = fields.optional(request.seriesId, (text) =>
        readSeriesId(fields, 'series_id', text),
      );
      fields.done();
      const { leaseToken } = request;
      const command = { key, intentId, trigger, leaseToken, seriesId, traceId: '' };
      return fromRun(await rebalanceIntent(command, callOf(context)));
    },
  };
}

/** A settlement is started by the end of an intent, never by a caller. */
const TRIGGERS = Object.fromEntries(
  RUN_TRIGGERS.filter((word) => word !== 'SETTLEMENT').map((word) => [
    triggerWords.toWire[word],
    word,
  ]),
);

function fromRun({ id, outcome, progress, traceId }: Run) {
  return {
    runId: id,
    outcome: outcomeWords.toWire[outcome.kind],
    reason: 'reason' in outcome ? outcome.reason : '',
    message: 'message' in outcome ? outcome.message : '',
    snapshotHash: progress.snapshotHash ?? '',
    planHash: progress.plan?.planHash ?? '',
    rebalanceId: 'rebalanceId' in outcome ? outcome.rebalanceId : '',
    traceId,
  };
}
