import { present, type Clock } from '@trimtab/core';
import { withScopes } from '@trimtab/grpc';
import { COLLATERAL_DECIMALS, UNDERLYING_DECIMALS, type Violation } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import { baseUnits } from './base-units.js';
import { finalRefusal } from './is-final.js';
import type { IntentObserver } from './observer.js';
import type { Call, CreatedIntent, IntentStore, StepIds } from './ports.js';
import type { VaultPort } from './remote-ports.js';

/** What the activation needs. */
export interface ActivateDependencies {
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly vaults: VaultPort;
  readonly stepIds: StepIds;
  readonly observer: IntentObserver;
}

/**
 * Brings a stored intent to the end of its activation (intent rules, activation): a vault of its owner
 * with the collateral in it, unless the owner named a vault. Each step has a request id derived from
 * the intent, so calling again after a crash continues; a final refusal leaves the intent in ERROR
 * with its vault closed to trading.
 */
export type ActivateIntent = (
  intent: Intent,
  warnings: readonly Violation[],
  call: Call,
) => Promise<CreatedIntent>;

/** Creates the use case. */
export function createActivateIntent(dependencies: ActivateDependencies): ActivateIntent {
  const { clock, intents, observer } = dependencies;
  return async (intent, warnings, call) => {
    // The owner may have intents made; opening and funding the vault is ours to do for them.
    const own: Call = { ...call, caller: withScopes(call.caller, ['rebalance:write']) };
    try {
      const funded = await allocate(intent, own, dependencies);
      const active: Intent = { ...funded, activationStep: 'ACTIVATED', updateTime: clock.now() };
      const answer = await intents.endActivation({ intent: active, warnings });
      observer.intentActivated({ intentId: intent.id, vaultId: active.vaultId ?? '' });
      return answer;
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === undefined) throw error;
      observer.activationFailed({ intentId: intent.id, reason: refusal.reason });
      const latest = present(await intents.find(intent.id), 'a stored intent stays').intent;
      await closeVault(latest, refusal.reason, own, dependencies);
      const stateReason = `activation failed: ${refusal.reason}: ${refusal.message}`;
      const failed: Intent = { ...latest, state: 'ERROR', stateReason, updateTime: clock.now() };
      return intents.endActivation({ intent: failed, warnings });
    }
  };
}

async function allocate(
  intent: Intent,
  call: Call,
  { clock, intents, vaults, stepIds }: ActivateDependencies,
): Promise<Intent> {
  // A vault that the owner named is taken as it is: what it holds is what the owner put in.
  if (intent.vaultId !== undefined && !intent.ownsVault) return intent;
  const { collateral, constraints } = intent.spec;
  const vaultId =
    intent.vaultId ??
    (await vaults.createVault(
      {
        requestId: stepIds.ofIntent(intent.id, 'create-vault'),
        depositLimit: baseUnits(constraints.maxCapital, UNDERLYING_DECIMALS),
      },
      call,
    ));
  const attached = await intents.attachVault(intent.id, vaultId, clock.now());
  await vaults.deposit(
    {
      requestId: stepIds.ofIntent(intent.id, 'deposit'),
      vaultId,
      assetId: collateral.asset,
      amount: baseUnits(collateral.amount, COLLATERAL_DECIMALS[collateral.asset]),
    },
    call,
  );
  return attached;
}

/** A vault that was made for an intent which then failed must never trade. */
async function closeVault(
  intent: Intent,
  reason: string,
  call: Call,
  { vaults, stepIds }: ActivateDependencies,
): Promise<void> {
  if (intent.vaultId === undefined || !intent.ownsVault) return;
  const requestId = stepIds.ofIntent(intent.id, 'close-vault');
  await vaults.setMode({ requestId, vaultId: intent.vaultId, mode: 'CLOSING', reason }, call);
}
