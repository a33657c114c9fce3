import {
  CreateIntentFromTemplateRequest,
  CreateIntentRequest,
  IntentServiceService,
} from '@trimtab/contracts/intent';
import { refuse } from '@trimtab/core';
import { createFields } from '@trimtab/grpc';
import { mergeTemplate, templateOf, TEMPLATES, validateIntent } from '@trimtab/strategy';
import type { CreatedIntent } from '../../application/ports.js';
import { intentInvalid } from '../../application/refusals.js';
import { toDraft, toOverrides, toTemplateDraft } from './draft-mapping.js';
import { typeWords } from './enum-words.js';
import { fromDerived, fromIntent, fromValidation, fromViolation } from './intent-mapping.js';
import { callOf, requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

/** CreateIntent, CreateIntentFromTemplate, ValidateIntent. */
export function creationHandlers({ createIntent, facts, ids }: IntentUseCases): IntentHandlers {
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

function fromCreated({ intent, warnings }: CreatedIntent) {
  return { intent: fromIntent(intent), warnings: warnings.map(fromViolation) };
}
