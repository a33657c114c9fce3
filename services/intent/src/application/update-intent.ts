import { invalidFields, refuse, type Clock } from '@trimtab/core';
import { validateIntent, type ValidationFacts } from '@trimtab/strategy';
import { intentEtag } from '../domain/etag.js';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import { applyUpdate, UPDATE_MASK_PATHS, type IntentUpdate } from '../domain/update.js';
import type { DriveChange } from './drive-change.js';
import type { IntentObserver } from './observer.js';
import type { Call, CreatedIntent, IntentStore, RequestKey } from './ports.js';
import { etagMismatch, intentInvalid, intentNotActivated, notOwner } from './refusals.js';
import type { SetDepositLimits } from './set-deposit-limits.js';

/** What an owner changes of which intent. */
export interface UpdateIntentCommand {
  readonly key: RequestKey;
  readonly intentId: string;
  /** The etag that the caller knows. */
  readonly etag: string;
  readonly update: IntentUpdate;
}

/** What the use case needs. */
export interface UpdateIntentDependencies {
  readonly clock: Clock;
  readonly facts: ValidationFacts;
  readonly intents: IntentStore;
  readonly drive: DriveChange;
  readonly setDepositLimits: SetDepositLimits;
  readonly observer: IntentObserver;
}

/**
 * Changes config, constraints, notifications and triggers of an intent, validated as a whole (intent
 * rules, lifecycle). What is refused (INTENT_NOT_FOUND, PERMISSION_DENIED, INTENT_TERMINAL,
 * INTENT_NOT_ACTIVATED, ETAG_MISMATCH, INTENT_INVALID) changes nothing. A new max_capital becomes the
 * deposit limit of the vault that was made for the intent, now or as soon as the vault service answers.
 */
export type UpdateIntent = (command: UpdateIntentCommand, call: Call) => Promise<CreatedIntent>;

/** Creates the use case. */
export function createUpdateIntent(dependencies: UpdateIntentDependencies): UpdateIntent {
  const { clock, facts, intents, drive, setDepositLimits, observer } = dependencies;
  return async ({ key, intentId, etag, update }, call) => {
    const change = (intent: Intent): CreatedIntent => {
      checkUpdate(intent, etag, call);
      const draft = applyUpdate(intent.spec, update);
      if (!draft.ok) return refuseMask(draft.error);
      const { spec, errors, warnings } = validateIntent(draft.value, facts);
      if (spec === undefined) return refuse(intentInvalid(errors, (field) => field));
      return { intent: { ...intent, spec, updateTime: clock.now() }, warnings };
    };
    let updated = await intents.update(key, intentId, change);
    while (updated.kind === 'BEHIND') {
      await drive(updated.other, 'ANSWERABLE', call);
      updated = await intents.update(key, intentId, change);
    }
    observer.intentUpdated({ intentId });
    await setDepositLimits();
    return updated.answer;
  };
}

function checkUpdate(intent: Intent, etag: string, { caller }: Call): void {
  if (intent.owner !== caller.subject) {
    const message = `intent ${intent.id} is not owned by ${caller.subject}`;
    refuse(notOwner(message, { intent_id: intent.id }));
  }
  if (isTerminal(intent.state)) refuse(terminalError(intent.state));
  if (intent.activationStep !== 'ACTIVATED') refuse(intentNotActivated(intent));
  const current = intentEtag(intent);
  if (etag !== current) refuse(etagMismatch(intent.id, etag, current));
}

function refuseMask(path: string): never {
  const message = `was "${path}", must be one of ${UPDATE_MASK_PATHS.join(', ')}`;
  return refuse(invalidFields([{ field: 'update_mask', reason: 'FIELD_IMMUTABLE', message }]));
}
