import type { TargetWeight } from '@trimtab/contracts/portfolio';
import type { Target } from '@trimtab/strategy';
import { maybeText } from './values.js';
import { sideWords } from './words.js';

/** A weight that a position shall have, of an intent or of a plan. */
export function targetOf(target: TargetWeight): Target {
  const { assetId, side, weightBps, kappaDecimal, investible } = target;
  return {
    assetId,
    side: sideWords.fromWire(side),
    weightBps,
    kappa: maybeText(kappaDecimal),
    investible: investible ?? true,
  };
}
