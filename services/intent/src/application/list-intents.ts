import { refuse } from '@trimtab/core';
import type { Intent, IntentState } from '../domain/intent.js';
import { seesAll } from './get-intent.js';
import type { Call, IntentPage, IntentStore } from './ports.js';
import { notOwner } from './refusals.js';

/** Which intents, and which part of them. */
export interface ListIntentsQuery extends IntentPage {
  /** Empty: in every state. */
  readonly states: readonly IntentState[];
  /** Empty: every owner that the caller may see. */
  readonly owner: string;
}

/** Lists intents by id; another's owner filter is refused with PERMISSION_DENIED. */
export type ListIntents = (query: ListIntentsQuery, call: Call) => Promise<readonly Intent[]>;

/** Creates the use case. */
export function createListIntents(intents: IntentStore): ListIntents {
  return async ({ states, owner, ...page }, call) => {
    const { subject } = call.caller;
    const all = seesAll(call.caller);
    if (owner !== '' && owner !== subject && !all) {
      const message = `intents of ${owner} are not visible to ${subject}`;
      refuse(notOwner(message, { owner }));
    }
    const everyone = all && owner === '';
    return intents.list(
      { states, owner: everyone ? undefined : owner === '' ? subject : owner },
      page,
    );
  };
}
