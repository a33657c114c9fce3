import { describe, expect, it } from 'vitest';
import { serverBackoffMillis } from './jetstream-consumer.js';

const options = {
  name: 'c',
  stream: 'TRIMTAB_ORDERS',
  filterSubject: 'a.>',
  concurrency: 1,
  keyOf: (subject: string) => subject,
} as const;

describe('the backoff given to the server', () => {
  it('is never below the ack wait: its first entry is the first ack wait', () => {
    expect(
      serverBackoffMillis({
        ...options,
        ackWaitMillis: 1_000,
        maxDeliver: 5,
        backoffMillis: [999, 1_000, 1_001],
      }),
    ).toEqual([1_000, 1_000, 1_001]);
  });

  it('has at most one entry per redelivery', () => {
    const few = { ...options, ackWaitMillis: 1, backoffMillis: [1, 2, 3] };
    expect(serverBackoffMillis({ ...few, maxDeliver: 3 })).toEqual([1, 2]);
    expect(serverBackoffMillis({ ...few, maxDeliver: 1 })).toEqual([]);
  });
});
