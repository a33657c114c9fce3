import {
  CancelIntentRequest,
  CompleteIntentRequest,
  FailIntentRequest,
  IntentServiceService,
  PauseIntentRequest,
  ResumeIntentRequest,
} from '@trimtab/contracts/intent';
import { createFields, type CallContext } from '@trimtab/grpc';
import type { ChangeStateCommand } from '../../application/change-state.js';
import { fromIntent } from './intent-mapping.js';
import { textId } from './read-ids.js';
import { callOf, requestKey, type KeyedRequest } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const MAX_REASON_LENGTH = 500;

/** What an owner's request and an engine's have in common. */
interface ChangeRequest {
  readonly requestId: string;
  readonly intentId: string;
}

/** PauseIntent, ResumeIntent, CancelIntent; CompleteIntent and FailIntent of the engine. */
export function lifecycleHandlers({ changeState, ids }: IntentUseCases): IntentHandlers {
  const change = async <T extends ChangeRequest>(
    keyed: KeyedRequest<T>,
    context: CallContext,
    rest: Omit<ChangeStateCommand, 'key' | 'intentId'>,
  ) => {
    const key = requestKey(keyed, context, ids);
    const fields = createFields();
    const intentId = textId(fields, 'intent_id', keyed.request.intentId);
    if (rest.reason.length > MAX_REASON_LENGTH) {
      const message = `had ${rest.reason.length} characters, must have at most ${MAX_REASON_LENGTH}`;
      fields.violation('reason', 'FIELD_INVALID', message);
    }
    if (rest.by === 'engine' && rest.reason === '') {
      fields.violation('reason', 'FIELD_REQUIRED', 'was absent, must say why');
    }
    fields.done();
    const intent = await changeState({ key, intentId, ...rest }, callOf(context));
    return { intent: fromIntent(intent) };
  };
  return {
    PauseIntent: (request, context) => {
      const method = IntentServiceService.pauseIntent.path;
      const keyed = { method, request, encoder: PauseIntentRequest };
      return change(keyed, context, byOwner('PAUSED', request.etag, ''));
    },
    ResumeIntent: (request, context) => {
      const method = IntentServiceService.resumeIntent.path;
      const keyed = { method, request, encoder: ResumeIntentRequest };
      return change(keyed, context, byOwner('ACTIVE', request.etag, ''));
    },
    CancelIntent: (request, context) => {
      const method = IntentServiceService.cancelIntent.path;
      const keyed = { method, request, encoder: CancelIntentRequest };
      return change(keyed, context, byOwner('CANCELLED', request.etag, request.reason));
    },
    CompleteIntent: (request, context) => {
      const method = IntentServiceService.completeIntent.path;
      const keyed = { method, request, encoder: CompleteIntentRequest };
      return change(keyed, context, byEngine('COMPLETED', request));
    },
    FailIntent: (request, context) => {
      const method = IntentServiceService.failIntent.path;
      const keyed = { method, request, encoder: FailIntentRequest };
      return change(keyed, context, byEngine('ERROR', request));
    },
  };
}

function byOwner(to: 'PAUSED' | 'ACTIVE' | 'CANCELLED', etag: string, reason: string) {
  return { to, by: 'owner', etag, reason } as const;
}

function byEngine(
  to: 'COMPLETED' | 'ERROR',
  { reason, leaseToken }: { readonly reason: string; readonly leaseToken: bigint },
) {
  return { to, by: 'engine', etag: '', reason, leaseToken } as const;
}
