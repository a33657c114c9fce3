import { heldAssetId, type HolderType, type RollCause, type Series } from '@trimtab/option-index';
import type { BuyTrigger, NextSeries } from './runtime.js';
import type { Notice } from './work.js';

/** What owners are told, word for word. */

/** A roll that was made; or half of it, if the next series could not be bought. */
export function rollNotice(
  type: HolderType,
  roll: {
    readonly series: Series | undefined;
    readonly isBought: boolean;
    readonly costBps: number;
    readonly rebalanceId: string;
  },
): Notice {
  const { series, isBought, costBps, rebalanceId } = roll;
  const assetId = series === undefined ? undefined : heldAssetId(type, series);
  const at = `at a cost of ${costBps} bps (rebalance ${rebalanceId})`;
  if (assetId === undefined) return { kind: 'ROLL', message: `Rolled ${at}` };
  return {
    kind: 'ROLL',
    message: isBought
      ? `Rolled into ${assetId} ${at}`
      : `Left the old series ${at} and could not buy ${assetId}: the cash is invested later`,
  };
}

/** A roll that was put off, with the reason. */
export function putOffNotice(type: HolderType, { series }: NextSeries, why: string): Notice {
  const message = `Roll into ${heldAssetId(type, series)} put off: ${why}; it is tried again`;
  return { kind: 'ROLL', message };
}

/** A roll that is due and that nobody makes, because the intent rolls by hand. */
export function dueNotice(type: HolderType, series: Series, cause: RollCause): Notice {
  const assetId = heldAssetId(type, series);
  return cause === 'PRICE'
    ? {
        kind: 'THRESHOLD_BREACH',
        message: `The price is below the roll trigger of ${assetId}, and the intent does not roll by itself`,
      }
    : {
        kind: 'ROLL',
        message: `${assetId} has matured, and the intent does not roll by itself: it ends once it is settled`,
      };
}

/** A drift above its limit. */
export function breachNotice(driftBps: number, maxAnnualDriftBps: number): Notice {
  const message = `The yearly drift is ${driftBps} bps, the limit is ${maxAnnualDriftBps}`;
  return { kind: 'THRESHOLD_BREACH', message };
}

/** A stop-loss; always the same words, so that it is told once. */
export function stopLossNotice(reason: string): Notice {
  return { kind: 'STOP_LOSS', message: `${reason}. All positions are settled` };
}

/** Whether the owner is told when such a purchase is put off: an opening is no roll. */
export function isRoll(trigger: BuyTrigger): boolean {
  return trigger !== 'OPENING';
}
