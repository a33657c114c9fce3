import { ownerOf } from './acting-for-owner.js';
import { baseUnits } from './base-units.js';
import { UNDERLYING_DECIMALS } from '@trimtab/strategy';
import { intentEtag } from '../domain/etag.js';
import type { Intent } from '../domain/intent.js';
import type { IntentObserver } from './observer.js';
import type { IntentStore, StepIds } from './ports.js';
import type { VaultPort } from './remote-ports.js';

/**
 * Brings the deposit limits of vaults to the max_capital of their intents, those that were changed
 * last time the vault service was asked or since. What fails is left for the next time.
 */
export type SetDepositLimits = () => Promise<void>;

/** What it needs. */
export interface SetDepositLimitsDependencies {
  readonly intents: IntentStore;
  readonly vaults: VaultPort;
  readonly stepIds: StepIds;
  readonly observer: IntentObserver;
}

const BATCH_SIZE = 20;

/** Creates it. */
export function createSetDepositLimits(deps: SetDepositLimitsDependencies): SetDepositLimits {
  const { intents, observer } = deps;
  return async () => {
    for (const intent of await intents.staleLimits(BATCH_SIZE)) {
      try {
        await setLimit(intent, deps);
        await intents.limitSet(intent);
      } catch (error) {
        observer.depositLimitFailed({ intentId: intent.id, error });
      }
    }
  };
}

async function setLimit(intent: Intent, deps: SetDepositLimitsDependencies): Promise<void> {
  const { vaultId } = intent;
  if (vaultId === undefined) return;
  const caller = ownerOf(intent);
  const requestId = deps.stepIds.ofIntent(intent.id, `deposit-limit/${intentEtag(intent)}`);
  const limit = baseUnits(intent.spec.constraints.maxCapital, UNDERLYING_DECIMALS);
  await deps.vaults.setDepositLimit({ requestId, vaultId, limit }, { caller });
}
