import type * as wire from '@trimtab/contracts/ordergen';
import type { PositionExplanation } from '../../domain/explain-position.js';
import { sides, verdicts } from '../enum-words.js';

/** An explanation as a message. */
export function toExplanationMessage(explained: PositionExplanation): wire.PositionExplanation {
  return {
    assetId: explained.assetId,
    side: sides.toWire(explained.side),
    verdict: verdicts.toWire(explained.verdict),
    index: explained.index,
    value: explained.value.toString(),
    target: explained.target.toString(),
    planned: explained.planned.toString(),
    filled: explained.filled.toString(),
    text: explained.text,
  };
}
