import { addSeconds, parseInstant, type Clock, type Instant } from '@trimtab/core';
import { withScopes } from '@trimtab/grpc';
import { parseSeriesId } from '@trimtab/option-index';
import { heldSeries } from '../domain/index-run.js';
import type { StateChange } from '../domain/state-change.js';
import { finalRefusal } from './is-final.js';
import type { Call, StepIds } from './ports.js';
import type { VaultPort, VaultView } from './remote-ports.js';

/**
 * Settles what a closing vault holds of matured series: nobody buys a matured half, it is paid by the
 * price of its maturity, once the delay of the settlement has passed (intent rules, the option index).
 *
 * @returns when to look again, or nothing when no matured half is left
 */
export type SettleMatured = (
  change: StateChange,
  vault: VaultView,
  call: Call,
) => Promise<SettledUntil>;

/** Something was settled, nothing is to be settled, or it is too early until a time. */
export type SettledUntil =
  | { readonly kind: 'SETTLED' }
  | { readonly kind: 'NOTHING' }
  | { readonly kind: 'EARLY'; readonly time: Instant };

/** What settling needs. */
export interface SettleMaturedDependencies {
  readonly clock: Clock;
  readonly vaults: VaultPort;
  readonly stepIds: StepIds;
}

/** A settlement whose time is not told is looked at again after this. */
const LOOK_AGAIN_SECONDS = 60;

/** Creates the step. */
export function createSettleMatured(dependencies: SettleMaturedDependencies): SettleMatured {
  const { clock, vaults, stepIds } = dependencies;
  return async (change, { vaultId, version, positions }, call) => {
    const held = heldSeries(positions.map(({ assetId }) => assetId));
    const matured = held.filter((seriesId) => isMatured(seriesId, clock.now()));
    if (matured.length === 0) return { kind: 'NOTHING' };
    // The vault's owner has no say in a settlement; the service pays what is due.
    const own = { ...call, caller: withScopes(call.caller, ['engine']) };
    for (const seriesId of matured) {
      // Another version may hold some again: that is another settlement.
      const requestId = stepIds.ofChange(change.id, `settle-series/${version}/${seriesId}`);
      try {
        await vaults.settleSeries({ requestId, vaultId, seriesId }, own);
      } catch (error) {
        const time = settleTime(error, clock.now());
        if (time === undefined) throw error;
        return { kind: 'EARLY', time };
      }
    }
    return { kind: 'SETTLED' };
  };
}

function isMatured(seriesId: string, now: Instant): boolean {
  const series = parseSeriesId(seriesId);
  return series.ok && series.value.maturity <= now;
}

/** When a settlement that came too early can be asked for; absent for another error. */
function settleTime(error: unknown, now: Instant): Instant | undefined {
  const refusal = finalRefusal(error);
  if (refusal === undefined) return undefined;
  const told = parseInstant(refusal.metadata['settle_time'] ?? '');
  return told.ok ? told.value : addSeconds(now, LOOK_AGAIN_SECONDS);
}
