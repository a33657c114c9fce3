import { createFields, pageOf, readPage } from '@trimtab/grpc';
import { TEMPLATES } from '@trimtab/strategy';
import { INTENT_STATES } from '../../domain/intent.js';
import { stateWords } from './enum-words.js';
import { fromIntent, fromTemplate } from './intent-mapping.js';
import { readIntentId } from './read-ids.js';
import { callOf } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

/** GetIntent, ListIntents, ListTemplates. */
export function readHandlers({ getIntent, listIntents }: IntentUseCases): IntentHandlers {
  return {
    GetIntent: async (request, context) => {
      const intentId = readIntentId(request.intentId);
      return { intent: fromIntent(await getIntent(intentId, callOf(context))) };
    },
    ListIntents: async (request, context) => {
      const fields = createFields();
      const { states, owner } = request;
      const words = fields.list('states', states, { max: INTENT_STATES.length }, (state, item) =>
        item.enumValue('', state, STATES),
      );
      const filter = [JSON.stringify(states), owner];
      const page = readPage(fields, request, filter);
      fields.done();
      const found = await listIntents(
        { states: words, owner, afterIntentId: page.cursor ?? '', limit: page.size + 1 },
        callOf(context),
      );
      const { items, nextPageToken } = pageOf(found, page, filter, ({ id }) => id);
      return { intents: items.map(fromIntent), nextPageToken };
    },
    ListTemplates: async (request) => {
      const fields = createFields();
      const page = readPage(fields, request, []);
      fields.done();
      const after = TEMPLATES.findIndex(({ type }) => type === page.cursor) + 1;
      const rest = TEMPLATES.slice(after, after + page.size + 1);
      const { items, nextPageToken } = pageOf(rest, page, [], ({ type }) => type);
      return { templates: items.map(fromTemplate), nextPageToken };
    },
  };
}

const STATES = Object.fromEntries(INTENT_STATES.map((word) => [stateWords.toWire[word], word]));
