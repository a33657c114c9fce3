import { domainError, DomainFailure, type ErrorKind } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { IncomingMessage } from './bus.js';
import { backoffOf, dispose, dispositionOf } from './disposition.js';

const options = { backoffMillis: [10, 20], maxDeliver: 3 };

function delivery(deliveryCount: number): IncomingMessage {
  return {
    subject: 'trimtab.orders.v1.dispatch.0.v',
    eventId: 'e',
    messageType: 't',
    payload: new Uint8Array(),
    headers: new Map(),
    deliveryCount,
  };
}

describe('a thrown error', () => {
  it.each<[ErrorKind, 'retry' | 'dead']>([
    ['UNAVAILABLE', 'retry'],
    ['DEADLINE_EXCEEDED', 'retry'],
    ['ABORTED', 'retry'],
    ['RESOURCE_EXHAUSTED', 'retry'],
    ['INVALID_ARGUMENT', 'dead'],
    ['FAILED_PRECONDITION', 'dead'],
    ['NOT_FOUND', 'dead'],
    ['PERMISSION_DENIED', 'dead'],
  ])('that refuses with %s is answered with %s', (kind, answer) => {
    const failure = new DomainFailure(domainError(kind, 'SOME_REASON', 'because'));
    expect(dispositionOf(failure, 5)).toMatchObject({
      kind: answer,
      reason: 'SOME_REASON: because',
    });
  });

  it('that knows when to come again is retried then', () => {
    const error = { ...domainError('UNAVAILABLE', 'R', 'm'), retryAfterMillis: 700 };
    expect(dispositionOf(new DomainFailure(error), 5)).toMatchObject({ delayMillis: 700 });
  });

  it('that nobody expected is retried with the pause of its delivery', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('lost connection');
    };
    expect((await dispose(options, delivery(1), broken)).disposition).toEqual({
      kind: 'retry',
      delayMillis: 10,
      reason: 'Error: lost connection',
    });
    expect((await dispose(options, delivery(2), broken)).disposition).toMatchObject({
      kind: 'retry',
      delayMillis: 20,
    });
  });
});

describe('the last allowed delivery', () => {
  it('turns a retry into a dead letter, one before it does not', async () => {
    const retry = async () => ({ kind: 'retry', delayMillis: 1, reason: 'busy' }) as const;
    expect((await dispose(options, delivery(2), retry)).disposition.kind).toBe('retry');
    expect((await dispose(options, delivery(3), retry)).disposition).toEqual({
      kind: 'dead',
      reason: 'gave up after 3 deliveries: busy',
    });
  });
});

describe('the backoff', () => {
  it('repeats its last pause', () => {
    expect([1, 2, 3, 9].map((count) => backoffOf([10, 20], count))).toEqual([10, 20, 20, 20]);
  });
});
