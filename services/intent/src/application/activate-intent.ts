import { present, type Clock } from '@trimtab/core';
import { withScopes } from '@trimtab/grpc';
import { COLLATERAL_DECIMALS, planAgents } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import { isTerminal } from '../domain/lifecycle.js';
import type { ActivationProgress, ActivationStore } from './activation-ports.js';
import { baseUnits } from './base-units.js';
import type { DriveChange } from './drive-change.js';
import { finalRefusal } from './is-final.js';
import type { IntentObserver } from './observer.js';
import { openVault } from './open-vault.js';
import type { Call, CreatedIntent, IntentStore, StepIds } from './ports.js';
import type { VaultPort } from './remote-ports.js';
import type { UndoActivation } from './undo-activation.js';

/** What the activation needs. */
export interface ActivateDependencies {
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly activations: ActivationStore;
  readonly vaults: VaultPort;
  readonly stepIds: StepIds;
  readonly undo: UndoActivation;
  readonly drive: DriveChange;
  readonly observer: IntentObserver;
}

/**
 * Takes a stored intent through the steps of its activation (intent rules, activation) and returns
 * what its creation answers. Each step is recorded when it is complete and has request ids derived
 * from the intent, so that calling again continues after a crash. A cancellation stops it; a final
 * refusal undoes it: the intent is in ERROR with the reason, its vault is emptied and closed.
 */
export type ActivateIntent = (intent: Intent, call: Call) => Promise<CreatedIntent>;

/** Creates the use case. */
export function createActivateIntent(dependencies: ActivateDependencies): ActivateIntent {
  const { intents, drive } = dependencies;
  return async (intent, call) => {
    // The owner may have intents made; opening and funding the vault is ours to do for them.
    const own: Call = { ...call, caller: withScopes(call.caller, ['rebalance:write']) };
    let current = intent;
    while (current.activationStep !== 'ACTIVATED' && !isTerminal(current.state)) {
      const progress = await advance(current, own, dependencies);
      current = progress.intent;
      if (progress.kind === 'GOES_ON') continue;
      // What stopped it is brought to its answer first: then the intent is at its end.
      if (progress.stop !== undefined) {
        current = (await drive(progress.stop, 'ANSWERABLE', call)).intent;
      }
    }
    const { firstAnswer } = present(await intents.find(intent.id), 'a stored intent stays');
    return present(firstAnswer, 'an activation that is over has its answer');
  };
}

async function advance(
  intent: Intent,
  call: Call,
  dependencies: ActivateDependencies,
): Promise<ActivationProgress> {
  try {
    return await takeStep(intent, call, dependencies);
  } catch (error) {
    const refusal = finalRefusal(error);
    if (refusal === undefined) throw error;
    dependencies.observer.activationFailed({ intentId: intent.id, reason: refusal.reason });
    return dependencies.undo(intent, refusal);
  }
}

/** Takes the step after the one that is recorded. */
async function takeStep(
  intent: Intent,
  call: Call,
  dependencies: ActivateDependencies,
): Promise<ActivationProgress> {
  const { clock, activations, observer } = dependencies;
  const { id: intentId, spec } = intent;
  switch (intent.activationStep) {
    case 'VALIDATED':
    case 'DERIVED':
      // From here on a vault may exist that is not known yet: who stops the activation looks for it.
      return activations.record({ intentId, step: 'AGENTS_SELECTED', now: clock.now() });
    case 'AGENTS_SELECTED':
      return allocate(intent, call, dependencies);
    case 'VAULT_ALLOCATED': {
      const agents = planAgents(intentId, spec).filter(({ need }) => need !== 'NONE');
      return activations.record({ intentId, step: 'LOOP_STARTED', agents, now: clock.now() });
    }
    case 'LOOP_STARTED': {
      const ended = await activations.record({ intentId, step: 'ACTIVATED', now: clock.now() });
      const { vaultId = '' } = ended.intent;
      if (ended.kind === 'GOES_ON') observer.intentActivated({ intentId, vaultId });
      return ended;
    }
    case 'ACTIVATED':
      return { kind: 'GOES_ON', intent };
  }
}

/** A vault that the owner named is taken as it is: what it holds is what the owner put in. */
async function allocate(
  intent: Intent,
  call: Call,
  dependencies: ActivateDependencies,
): Promise<ActivationProgress> {
  const { clock, activations, vaults, stepIds } = dependencies;
  const { id: intentId, spec } = intent;
  if (intent.ownsVault) {
    const vaultId = intent.vaultId ?? (await openVault(intent, call, dependencies));
    if (intent.vaultId === undefined) {
      const step = intent.activationStep;
      const attached = await activations.record({ intentId, step, vaultId, now: clock.now() });
      if (attached.kind === 'STOPPED') return attached;
    }
    const { asset, amount } = spec.collateral;
    await vaults.deposit(
      {
        requestId: stepIds.ofIntent(intentId, 'deposit'),
        vaultId,
        assetId: asset,
        amount: baseUnits(amount, COLLATERAL_DECIMALS[asset]),
      },
      call,
    );
  }
  return activations.record({ intentId, step: 'VAULT_ALLOCATED', now: clock.now() });
}
