import type { UpdateIntentResponse } from '@trimtab/contracts/intent';
import { DomainFailure } from '@trimtab/core';
import type { CallOptions } from '@trimtab/grpc';
import { toUpdate } from '../mapping/to-wire.js';
import type { Upstream } from '../upstream.js';

/** A change of an intent as a caller asks for it. */
export interface Change {
  readonly intentId: string;
  readonly requestId: string;
  /** The etag that the caller expects; empty makes the change to the intent as it is. */
  readonly etag: string;
  readonly body: unknown;
}

type Intents = Pick<Upstream['intents'], 'getIntent' | 'updateIntent'>;

/**
 * Changes an intent. Without an expected etag the current one is used, and read once more if somebody
 * else was faster. A request id is bound to what is wanted, not to the etag: when it comes again, the
 * answer is the first one.
 */
export async function changeIntent(
  intents: Intents,
  change: Change,
  call: CallOptions,
): Promise<UpdateIntentResponse> {
  const { intentId, requestId } = change;
  const update = { ...toUpdate(change.body), intentId, requestId };
  if (change.etag !== '') return intents.updateIntent({ ...update, etag: change.etag }, call);
  const attempt = async (): Promise<UpdateIntentResponse> => {
    const { intent } = await intents.getIntent({ intentId }, call);
    return intents.updateIntent({ ...update, etag: intent?.etag ?? '' }, call);
  };
  try {
    return await attempt();
  } catch (error) {
    if (reasonOf(error) !== 'ETAG_MISMATCH') throw error;
    return attempt();
  }
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof DomainFailure ? error.error.reason : undefined;
}
