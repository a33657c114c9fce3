import type { Instant } from '@trimtab/core';

/**
 * In which order observations of one publisher for one asset count (oracle rules, observations):
 * idempotent by sequence; a lower sequence or an older time than the latest is ignored and counted.
 */
export interface Position {
  readonly sequence: bigint;
  readonly observeTime: Instant;
}

/** What happens to an observation that arrives. */
export type Arrival = 'ACCEPTED' | 'KNOWN' | 'OUT_OF_ORDER';

/** Compares an arriving observation with the latest one taken, of either kind. */
export function judgeArrival(latest: Position | undefined, arriving: Position): Arrival {
  if (latest === undefined) return 'ACCEPTED';
  if (arriving.sequence === latest.sequence) return 'KNOWN';
  const isLater = arriving.sequence > latest.sequence && arriving.observeTime >= latest.observeTime;
  return isLater ? 'ACCEPTED' : 'OUT_OF_ORDER';
}
