import { domainError, refuse, type Clock, type IdSource } from '@trimtab/core';
import { hasScope } from '@trimtab/grpc';
import { intentEtag } from '../domain/etag.js';
import type { Intent } from '../domain/intent.js';
import { transition, type Mover } from '../domain/lifecycle.js';
import type { TargetState } from '../domain/state-change.js';
import type { DriveChange } from './drive-change.js';
import type { IntentObserver } from './observer.js';
import type { Call, RequestKey } from './ports.js';
import { etagMismatch, intentNotActivated, notOwner } from './refusals.js';
import type { AcceptedChange, StateChangeStore } from './state-change-ports.js';

/** Who wants an intent in which state, and why. */
export interface ChangeStateCommand {
  readonly key: RequestKey;
  readonly intentId: string;
  readonly to: TargetState;
  readonly by: Mover;
  readonly reason: string;
  /** The etag that the caller knows; empty: whatever it is. */
  readonly etag: string;
  /** The engine's lease; absent for owners. */
  readonly leaseToken?: bigint;
}

/** What the use case needs. */
export interface ChangeStateDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly changes: StateChangeStore;
  readonly drive: DriveChange;
  readonly observer: IntentObserver;
}

/**
 * Changes the state of an intent (intent rules, lifecycle) and answers once the mode of its vault
 * stands. A change that another one precedes waits for that one's answer, so that changes of one
 * intent have an order. What is refused (INTENT_NOT_FOUND, PERMISSION_DENIED, INTENT_TERMINAL,
 * INTENT_STATE_INVALID, INTENT_NOT_ACTIVATED, ETAG_MISMATCH, LEASE_LOST) stores nothing.
 */
export type ChangeState = (command: ChangeStateCommand, call: Call) => Promise<Intent>;

/** Creates the use case. */
export function createChangeState(dependencies: ChangeStateDependencies): ChangeState {
  const { clock, ids, changes, drive, observer } = dependencies;
  const answered = async (accepted: AcceptedChange, call: Call): Promise<Intent> =>
    accepted.answer ?? answerOf(await drive(accepted, 'ANSWERABLE', call));
  return async (command, call) => {
    const { key, intentId, to, by, reason } = command;
    const earlier = await changes.findAccepted(key);
    if (earlier !== undefined) return answered(earlier, call);
    const change = {
      id: ids.uuid(),
      intentId,
      to,
      by,
      reason,
      doneCount: 0,
      attemptCount: 0,
      createTime: clock.now(),
    };
    const check = (intent: Intent): void => checkChange(intent, command, call);
    for (;;) {
      const { leaseToken } = command;
      const acceptance = await changes.accept({ key, change, check, leaseToken });
      if (acceptance.kind === 'BEHIND') {
        await drive(acceptance.other, 'ANSWERABLE', call);
        continue;
      }
      const { accepted } = acceptance;
      if (accepted.change.id === change.id) observer.stateChangeAccepted({ intentId, to, reason });
      return answered(accepted, call);
    }
  };
}

function answerOf({ answer, intent }: AcceptedChange): Intent {
  return answer ?? intent;
}

function checkChange(intent: Intent, command: ChangeStateCommand, call: Call): void {
  const { to, by, etag } = command;
  if (by === 'owner' && intent.owner !== call.caller.subject) {
    const message = `intent ${intent.id} is not owned by ${call.caller.subject}`;
    refuse(notOwner(message, { intent_id: intent.id }));
  }
  if (by === 'engine' && !hasScope(call.caller, ['engine'])) {
    refuse(notOwner('the engine alone ends intents', { intent_id: intent.id }));
  }
  const next = transition(intent.state, to, by);
  if (!next.ok) refuse(next.error);
  // A cancellation stops the activation; nothing else comes before its end.
  if (intent.activationStep !== 'ACTIVATED' && to !== 'CANCELLED') {
    refuse(intentNotActivated(intent));
  }
  const current = intentEtag(intent);
  if (etag !== '' && etag !== current) refuse(etagMismatch(intent.id, etag, current));
  if (to === 'COMPLETED' && command.reason === '') {
    refuse(domainError('INVALID_ARGUMENT', 'FIELD_REQUIRED', 'reason must say why it ends'));
  }
}
