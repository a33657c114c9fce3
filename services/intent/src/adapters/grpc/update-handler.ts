import { IntentServiceService, UpdateIntentRequest } from '@trimtab/contracts/intent';
import { createFields } from '@trimtab/grpc';
import type { IntentUpdate } from '../../domain/update.js';
import { toConfig, toConstraints, toNotifications, toTriggers } from './draft-mapping.js';
import { fromIntent, fromViolation } from './intent-mapping.js';
import { textId } from './read-ids.js';
import { callOf, requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

/** UpdateIntent. */
export function updateHandler({ updateIntent, ids }: IntentUseCases): IntentHandlers {
  return {
    UpdateIntent: async (request, context) => {
      const method = IntentServiceService.updateIntent.path;
      // The id is looked at before the etag, which says what the caller knew and not what it wants.
      const wanted = { ...request, etag: '' };
      const encoder = UpdateIntentRequest;
      const key = requestKey({ method, request: wanted, encoder }, context, ids);
      const fields = createFields();
      const intentId = textId(fields, 'intent_id', request.intentId);
      const etag = fields.text('etag', request.etag, { maxLength: 128 });
      fields.done();
      const command = { key, intentId, etag, update: toUpdate(request) };
      const { intent, warnings } = await updateIntent(command, callOf(context));
      return { intent: fromIntent(intent), warnings: warnings.map(fromViolation) };
    },
  };
}

function toUpdate(request: UpdateIntentRequest): IntentUpdate {
  const { config, constraints, notifications, triggers } = request;
  const { channels = [], ...flags } = notifications ? toNotifications(notifications) : {};
  return {
    config: config ? toConfig(config) : {},
    constraints: constraints ? toConstraints(constraints) : {},
    // A list that is not sent and an empty one are the same on the wire: neither changes the channels.
    notifications: { ...flags, ...(channels.length > 0 && { channels }) },
    triggers: triggers ? toTriggers(triggers) : {},
    mask: request.updateMask ?? [],
  };
}
