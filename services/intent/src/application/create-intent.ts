import { refuse, type Clock, type IdSource } from '@trimtab/core';
import {
  type IntentDraft,
  type IntentSpec,
  validateIntent,
  type ValidationFacts,
} from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import { intentId } from '../domain/intent-id.js';
import { NO_RUNTIME } from '../domain/runtime.js';
import type { ActivateIntent } from './activate-intent.js';
import type { IntentObserver } from './observer.js';
import type { Call, CreatedIntent, IntentStore, RequestKey, StoredIntent } from './ports.js';
import type { VaultPort } from './remote-ports.js';
import { intentInvalid, notOwner, vaultNotOpen } from './refusals.js';

/** What shall be created. */
export interface CreateIntentCommand {
  readonly key: RequestKey;
  readonly draft: IntentDraft;
  /** Empty: the activation makes one. */
  readonly vaultId: string;
  /** Where a field of the intent is in the request, for the violations. */
  readonly toRequestPath: (field: string) => string;
}

/** What the creation needs. */
export interface CreateIntentDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly facts: ValidationFacts;
  readonly intents: IntentStore;
  readonly vaults: VaultPort;
  readonly activate: ActivateIntent;
  readonly observer: IntentObserver;
}

/**
 * Creates an intent of the caller and activates it. A refused intent (INTENT_INVALID, VAULT_NOT_FOUND,
 * VAULT_NOT_OPEN, VAULT_IN_USE, PERMISSION_DENIED for another's vault) stores nothing. When a service
 * is down in the middle, the same request continues where the first attempt stopped.
 */
export type CreateIntent = (command: CreateIntentCommand, call: Call) => Promise<CreatedIntent>;

/** Creates the use case. */
export function createCreateIntent(dependencies: CreateIntentDependencies): CreateIntent {
  const { clock, ids, intents, activate, observer } = dependencies;
  return async (command, call) => {
    const validation = validateIntent(command.draft, dependencies.facts);
    if (validation.spec === undefined) {
      refuse(intentInvalid(validation.errors, command.toRequestPath));
    }
    const finish = (stored: StoredIntent): Promise<CreatedIntent> =>
      stored.firstAnswer === undefined
        ? activate(stored.intent, call)
        : Promise.resolve(stored.firstAnswer);

    const earlier = await intents.findCreated(command.key);
    if (earlier !== undefined) return finish(earlier);
    if (command.vaultId !== '') await checkVault(command.vaultId, call, dependencies.vaults);
    const now = clock.now();
    const intent: Intent = {
      id: intentId(now, ids.hex(8)),
      owner: call.caller.subject,
      state: 'ACTIVE',
      stateReason: '',
      spec: validation.spec,
      ...vaultOf(command.vaultId),
      activationStep: 'DERIVED',
      runtime: NO_RUNTIME,
      createTime: now,
      updateTime: now,
    };
    const stored = await intents.insert(command.key, intent, validation.warnings);
    if (stored.intent.id === intent.id) observer.intentCreated(created(intent.id, intent.spec));
    return finish(stored);
  };
}

function vaultOf(vaultId: string): Pick<Intent, 'vaultId' | 'ownsVault'> {
  return vaultId === '' ? { vaultId: undefined, ownsVault: true } : { vaultId, ownsVault: false };
}

function created(id: string, spec: IntentSpec): { intentId: string; type: string } {
  return { intentId: id, type: spec.type };
}

/** An intent can take over a vault of its owner that is open. */
async function checkVault(vaultId: string, call: Call, vaults: VaultPort): Promise<void> {
  const vault = await vaults.getVault(vaultId, call);
  const { subject } = call.caller;
  if (vault.owner !== subject) {
    const message = `vault ${vaultId} is not owned by ${subject}`;
    refuse(notOwner(message, { vault_id: vaultId }));
  }
  if (vault.mode !== 'OPEN') refuse(vaultNotOpen(vaultId, vault.mode));
}
