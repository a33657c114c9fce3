import type { Clock } from '@trimtab/core';
import { formatInstant } from '@trimtab/core';
import type { StrategyIntent, Violation } from '@trimtab/contracts/intent';
import type { Answer } from '../http/route.js';
import { fromIntent, fromWarning } from '../mapping/from-wire.js';

/** Writes when an answer was fetched. */
export function fetchedAt(clock: Clock): string {
  return formatInstant(clock.now());
}

/** An intent with its etag, in the source's envelope. */
export function intentAnswer(
  clock: Clock,
  intent: StrategyIntent | undefined,
  options: { readonly status?: number; readonly warnings?: readonly Violation[] } = {},
): Answer {
  if (intent === undefined) throw new Error('the intent service answered without an intent');
  const { status = 200, warnings } = options;
  return {
    status,
    headers: { etag: intent.etag },
    body: {
      intent: fromIntent(intent),
      warnings: warnings?.map(fromWarning),
      fetchedAt: fetchedAt(clock),
    },
  };
}
