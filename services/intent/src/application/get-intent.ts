import { refuse } from '@trimtab/core';
import { hasScope, type Caller } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import type { Call, IntentStore } from './ports.js';
import { intentNotFound, notOwner } from './refusals.js';

/** Reads an intent that the caller may see: its own, or any with scope admin or engine. */
export type GetIntent = (intentId: string, call: Call) => Promise<Intent>;

/** Creates the use case; refuses with INTENT_NOT_FOUND or PERMISSION_DENIED. */
export function createGetIntent(intents: IntentStore): GetIntent {
  return async (intentId, call) => {
    const stored = await intents.find(intentId);
    if (stored === undefined) return refuse(intentNotFound(intentId));
    if (stored.intent.owner === call.caller.subject || seesAll(call.caller)) return stored.intent;
    const message = `intent ${intentId} is not owned by ${call.caller.subject}`;
    return refuse(notOwner(message, { intent_id: intentId }));
  };
}

/** Whether the caller may read intents of every owner. */
export function seesAll(caller: Caller): boolean {
  return hasScope(caller, ['admin', 'engine']);
}
