import { DomainFailure } from '@trimtab/core';
import { vaultInUse } from '../../application/refusals.js';

const ONE_LIVE_PER_VAULT = 'intents_one_live_per_vault';

/** The database holds the rule of one live intent per vault; its refusal becomes VAULT_IN_USE. */
export async function refusingTakenVault<T>(write: () => Promise<T>, vaultId: string): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const isTaken =
      error instanceof Error && 'constraint' in error && error.constraint === ONE_LIVE_PER_VAULT;
    throw isTaken ? new DomainFailure(vaultInUse(vaultId), { cause: error }) : error;
  }
}
