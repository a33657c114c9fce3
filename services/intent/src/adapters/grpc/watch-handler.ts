import { createFields } from '@trimtab/grpc';
import { fromIntent } from './intent-mapping.js';
import { textId } from './read-ids.js';
import { callOf } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const MAX_INTENTS = 1_000;

/** WatchIntents. */
export function watchHandler({ watchIntents }: IntentUseCases): IntentHandlers {
  return {
    WatchIntents: async function* (request, context) {
      const fields = createFields();
      const intentIds = fields.list(
        'intent_ids',
        request.intentIds,
        { max: MAX_INTENTS },
        (id, item) => textId(item, '', id),
      );
      fields.done();
      const command = { intentIds, afterSequence: request.afterSequence };
      for await (const { sequence, intent } of watchIntents(command, callOf(context))) {
        yield { sequence, intent: fromIntent(intent) };
      }
    },
  };
}
