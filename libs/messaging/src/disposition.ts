import { DomainFailure, type ErrorKind } from '@trimtab/core';
import type { ConsumerOptions, Disposition, IncomingMessage, MessageHandler } from './bus.js';

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'RESOURCE_EXHAUSTED',
]);

/**
 * Judges what a handler threw (execution rule 5): a refusal that cannot pass is a dead letter with
 * its reason; anything else, such as a lost database, is retried after the delay.
 */
export function dispositionOf(error: unknown, delayMillis: number): Disposition {
  if (error instanceof DomainFailure) {
    const { kind, reason, message, retryAfterMillis } = error.error;
    const text = `${reason}: ${message}`;
    return PASSING.has(kind)
      ? { kind: 'retry', delayMillis: retryAfterMillis ?? delayMillis, reason: text }
      : { kind: 'dead', reason: text };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'retry', delayMillis, reason: text };
}

/** Runs the handler; a thrown error and the last delivery's retry get their final disposition. */
export async function dispose(
  options: Pick<ConsumerOptions, 'backoffMillis' | 'maxDeliver'>,
  message: IncomingMessage,
  handle: MessageHandler,
): Promise<{ readonly disposition: Disposition; readonly thrown?: unknown }> {
  let disposition: Disposition;
  let thrown: unknown;
  try {
    disposition = await handle(message);
  } catch (error) {
    thrown = error;
    disposition = dispositionOf(error, backoffOf(options.backoffMillis, message.deliveryCount));
  }
  if (disposition.kind === 'retry' && message.deliveryCount >= options.maxDeliver) {
    const reason = `gave up after ${message.deliveryCount} deliveries: ${disposition.reason}`;
    disposition = { kind: 'dead', reason };
  }
  return thrown === undefined ? { disposition } : { disposition, thrown };
}

/** The pause after a delivery; past the end of the list its last entry repeats. */
export function backoffOf(backoffMillis: readonly number[], deliveryCount: number): number {
  const index = Math.min(deliveryCount, backoffMillis.length) - 1;
  return backoffMillis[Math.max(index, 0)] ?? 0;
}
