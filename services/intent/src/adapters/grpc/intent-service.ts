import {
  CreateIntentFromTemplateRequest,
  CreateIntentRequest,
  IntentServiceService,
  RebalanceIntentRequest,
} from '@trimtab/contracts/intent';
import { refuse, type IdSource } from '@trimtab/core';
import {
  bindService,
  createFields,
  pageOf,
  readPage,
  type CallContext,
  type FieldReader,
  type Handlers,
  type ServiceBinding,
} from '@trimtab/grpc';
import type { CreateIntent } from '../../application/create-intent.js';
import type { GetIntent } from '../../application/get-intent.js';
import type { ListIntents } from '../../application/list-intents.js';
import type { CreatedIntent } from '../../application/ports.js';
import type { RebalanceIntent } from '../../application/rebalance-intent.js';
import { intentInvalid } from '../../application/refusals.js';
import { INTENT_STATES } from '../../domain/intent.js';
import { mergeTemplate } from '../../domain/merge-template.js';
import { RUN_TRIGGERS, type Run } from '../../domain/run.js';
import { templateOf, TEMPLATES } from '../../domain/template.js';
import { validateIntent, type ValidationFacts } from '../../domain/validate.js';
import { toDraft, toOverrides, toTemplateDraft } from './draft-mapping.js';
import { outcomeWords, stateWords, triggerWords, typeWords } from './enum-words.js';
import {
  fromDerived,
  fromIntent,
  fromTemplate,
  fromValidation,
  fromViolation,
} from './intent-mapping.js';
import { callOf, requestKey } from './request-key.js';
import { rules } from './rules.js';

/** The use cases behind the service. */
export interface IntentUseCases {
  readonly createIntent: CreateIntent;
  readonly getIntent: GetIntent;
  readonly listIntents: ListIntents;
  readonly rebalanceIntent: RebalanceIntent;
  readonly facts: ValidationFacts;
  readonly ids: IdSource;
}

type IntentHandlers = Handlers<typeof IntentServiceService>;

const MAX_ID_LENGTH = 128;

/** IntentService: reads requests, calls use cases, writes answers. */
export function bindIntentService(useCases: IntentUseCases): ServiceBinding {
  return bindService({
    definition: IntentServiceService,
    rules,
    handlers: {
      ...creationHandlers(useCases),
      ...readHandlers(useCases),
      ...runHandlers(useCases),
    },
  });
}

function creationHandlers({ createIntent, facts, ids }: IntentUseCases): IntentHandlers {
  return {
    CreateIntent: async (request, context) => {
      const method = IntentServiceService.createIntent.path;
      const key = requestKey({ method, request, encoder: CreateIntentRequest }, context, ids);
      const vaultId = request.intent?.vaultId ?? '';
      const toRequestPath = (field: string): string => `intent.${field}`;
      const draft = toDraft(request.intent);
      const command = { key, draft, vaultId, toRequestPath };
      return fromCreated(await createIntent(command, callOf(context)));
    },
    CreateIntentFromTemplate: async (request, context) => {
      const method = IntentServiceService.createIntentFromTemplate.path;
      const encoder = CreateIntentFromTemplateRequest;
      const key = requestKey({ method, request, encoder }, context, ids);
      const { vaultId } = request;
      const draft = readTemplateDraft(request);
      const command = { key, draft, vaultId, toRequestPath: toTemplatePath };
      return fromCreated(await createIntent(command, callOf(context)));
    },
    ValidateIntent: async (request) => {
      const validation = validateIntent(toDraft(request.intent), facts);
      const { derived } = validation;
      return { result: fromValidation(validation), derived: derived && fromDerived(derived) };
    },
  };
}

function readHandlers({ getIntent, listIntents }: IntentUseCases): IntentHandlers {
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

function runHandlers({ rebalanceIntent, ids }: IntentUseCases): IntentHandlers {
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
      fields.done();
      const command = { key, intentId, trigger, traceId: '' };
      return fromRun(await rebalanceIntent(command, callOf(context)));
    },
  };
}

const STATES = Object.fromEntries(INTENT_STATES.map((word) => [stateWords.toWire[word], word]));
const TRIGGERS = Object.fromEntries(RUN_TRIGGERS.map((word) => [triggerWords.toWire[word], word]));

/** The template with the overrides merged in; a type that is none is refused here. */
function readTemplateDraft(request: CreateIntentFromTemplateRequest) {
  const fields = createFields();
  const type = fields.enumValue('type', request.type, TYPES);
  fields.done();
  const template = templateOf(type);
  if (template === undefined) throw new Error(`every type has a template, ${type} has none`);
  const merged = mergeTemplate(template, toOverrides(request.overrides));
  if (!merged.ok) return refuse(intentInvalid(merged.error, (field) => field));
  return toTemplateDraft(request, merged.value);
}

const TYPES = Object.fromEntries(TEMPLATES.map(({ type }) => [typeWords.toWire[type], type]));

/** Three parts of an intent from a template can only be wrong by their overrides. */
function toTemplatePath(field: string): string {
  return /^(config|constraints|notifications)\b/.test(field) ? `overrides.${field}` : field;
}

function readIntentId(text: string): string {
  const fields = createFields();
  const intentId = textId(fields, 'intent_id', text);
  fields.done();
  return intentId;
}

function textId(fields: FieldReader, field: string, text: string): string {
  return fields.text(field, text, { maxLength: MAX_ID_LENGTH });
}

function fromCreated({ intent, warnings }: CreatedIntent) {
  return { intent: fromIntent(intent), warnings: warnings.map(fromViolation) };
}

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
