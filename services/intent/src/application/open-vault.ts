import { UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import { baseUnits } from './base-units.js';
import type { Call, StepIds } from './ports.js';
import type { VaultPort } from './remote-ports.js';

/**
 * The vault of an intent, made now or by an earlier attempt: the request id derives from the intent
 * and the limit cannot change before the activation has ended, so it is always the same one.
 */
export function openVault(
  intent: Intent,
  call: Call,
  { vaults, stepIds }: { readonly vaults: VaultPort; readonly stepIds: StepIds },
): Promise<string> {
  const requestId = stepIds.ofIntent(intent.id, 'create-vault');
  const depositLimit = baseUnits(intent.spec.constraints.maxCapital, UNDERLYING_DECIMALS);
  return vaults.createVault({ requestId, depositLimit }, call);
}
