import { addSeconds, present, type Clock } from '@trimtab/core';
import { heldSeries } from '../domain/index-run.js';
import { ownerOf } from './acting-for-owner.js';
import type { IntentObserver } from './observer.js';
import type { IntentStore } from './ports.js';
import type { VaultPort } from './remote-ports.js';
import type { LeftSeries, SeriesStore } from './series-ports.js';

/**
 * Forgets series that an intent wants no more, once its vault holds nothing of them: until then they
 * must be priced, so that the vault can be valued and what is left of them can be sold.
 */
export type ForgetSeries = () => Promise<void>;

/** What it needs. */
export interface ForgetSeriesDependencies {
  readonly clock: Clock;
  readonly intents: IntentStore;
  readonly series: SeriesStore;
  readonly vaults: VaultPort;
  readonly observer: IntentObserver;
}

const BATCH_SIZE = 20;
/** How long a series that is still held is left alone. */
const LOOK_AGAIN_SECONDS = 30;

/** Creates the worker's round. */
export function createForgetSeries(dependencies: ForgetSeriesDependencies): ForgetSeries {
  const { clock, series, observer } = dependencies;
  return async () => {
    for (const left of await series.left(clock.now(), BATCH_SIZE)) {
      try {
        if (await isHeld(left, dependencies)) {
          await series.lookAgain(left, addSeconds(clock.now(), LOOK_AGAIN_SECONDS));
        } else {
          await series.forget(left);
        }
      } catch (error) {
        observer.seriesStalled({ intentId: left.intentId, seriesId: left.seriesId, error });
        await series.lookAgain(left, addSeconds(clock.now(), LOOK_AGAIN_SECONDS));
      }
    }
  };
}

/** What is under way on a vault may still buy some of it. */
async function isHeld(
  { intentId, seriesId }: LeftSeries,
  { intents, vaults }: ForgetSeriesDependencies,
): Promise<boolean> {
  const { intent } = present(await intents.find(intentId), 'a series is of a stored intent');
  if (intent.vaultId === undefined) return false;
  const vault = await vaults.getVault(intent.vaultId, { caller: ownerOf(intent) });
  if (vault.openRebalanceId !== undefined) return true;
  return heldSeries(vault.positions.map(({ assetId }) => assetId)).includes(seriesId);
}
