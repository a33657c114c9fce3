import type { StrategyIntent, UpdateIntentResponse } from '@trimtab/contracts/intent';
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
 * else was faster. A request id is bound to its body and thus to that etag: when it comes again without
 * an expectation and its changes stand, the answer is the intent as it is.
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
    try {
      return await intents.updateIntent({ ...update, etag: intent?.etag ?? '' }, call);
    } catch (error) {
      if (reasonOf(error) !== 'REQUEST_ID_REUSED' || intent === undefined) throw error;
      if (!stands(update, intent)) throw error;
      return { intent, warnings: [] };
    }
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

/** Whether every field that an update states has its value already. */
function stands(update: ReturnType<typeof toUpdate>, intent: StrategyIntent): boolean {
  const { config, constraints, notifications, triggers, updateMask } = update;
  const masked = (updateMask ?? []).map((path) => path.replace('triggers.', ''));
  const named = (key: string): boolean =>
    masked.includes(key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return (
    within(intent.config, config) &&
    within(intent.constraints, constraints) &&
    within(intent.notifications, notifications) &&
    Object.entries(triggers ?? {}).every(
      ([key, value]) =>
        !named(key) || same(new Map(Object.entries(intent.triggers ?? {})).get(key), value),
    )
  );
}

function within(whole: object | undefined, part: object | undefined): boolean {
  const fields = new Map<string, unknown>(Object.entries(whole ?? {}));
  return Object.entries(part ?? {}).every(
    ([key, value]) =>
      value === undefined ||
      (Array.isArray(value) && value.length === 0) ||
      same(fields.get(key), value),
  );
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
