import { statusWords } from '../schemas/words.js';
import { object, text, word, type Schema } from '../schemas/schema.js';

const INTENT_ID = text('The intent.', 128);

/** The path of one intent. */
export const INTENT_PARAMS: Schema = object('The path.', { intentId: INTENT_ID });

/** The path of one rebalance. */
export const REBALANCE_PARAMS: Schema = object('The path.', {
  rebalanceId: text('The rebalance.', 128),
});

/** The query of a list of intents. */
export const LIST_QUERY: Schema = object(
  'The query.',
  {
    status: word('Only intents that are there.', statusWords.words),
    owner: text('Only intents of this owner; absent means all that the caller may see.'),
    pageSize: {
      type: 'string',
      pattern: '^[0-9]{1,9}$',
      description: 'At most this many, default 50, at most 500 (more is coerced).',
    },
    pageToken: text('The nextPageToken of the page before, with the same filter.', 4000),
  },
  [],
);

/** The query of a portfolio. */
export const PORTFOLIO_QUERY: Schema = object(
  'The query.',
  { owner: text('Whose; absent means the caller’s. Another’s needs scope admin.') },
  [],
);

const idempotencyKey: Schema = {
  type: 'string',
  description:
    'The same key and body get the first answer again. A UUID, or 1 to 255 visible ASCII characters.',
};
const ifMatch: Schema = { type: 'string', description: 'The etag that the caller expects.' };
const lastEventId: Schema = {
  type: 'string',
  pattern: '^[0-9]{1,15}$',
  description: 'The id of the last event that was seen; the stream goes on after it.',
};

/** Headers of a creation. */
export const CREATE_HEADERS = headers({ 'idempotency-key': idempotencyKey });
/** Headers of a change. */
export const CHANGE_HEADERS = headers({ 'idempotency-key': idempotencyKey, 'if-match': ifMatch });
/** Headers of a stream. */
export const STREAM_HEADERS = headers({ 'last-event-id': lastEventId });

/** Other headers are always allowed. */
function headers(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties };
}
