import { domainError, DomainFailure } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { resume } from './resume.js';

const lost = new DomainFailure(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'lost'));
const refused = new DomainFailure(domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', 'unknown'));

/** A stream of 1 to 5 that breaks after some messages of each connection. */
function breaking(perConnection: number, failure: Error) {
  const openedAfter: (bigint | undefined)[] = [];
  const open = async function* (after: bigint | undefined): AsyncGenerator<bigint> {
    openedAfter.push(after);
    let sent = 0;
    for (let sequence = (after ?? 0n) + 1n; sequence <= 5n; sequence += 1n) {
      await Promise.resolve();
      if (sent === perConnection) throw failure;
      sent += 1;
      yield sequence;
    }
  };
  return { open, openedAfter };
}

async function collect(stream: AsyncIterable<bigint>): Promise<readonly bigint[]> {
  const seen: bigint[] = [];
  for await (const message of stream) seen.push(message);
  return seen;
}

const itself = (sequence: bigint): bigint => sequence;

describe('a resumed stream', () => {
  it('opens again after the last message: no gap, no repeat', async () => {
    const { open, openedAfter } = breaking(2, lost);
    expect(await collect(resume(open, itself, undefined))).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(openedAfter).toEqual([undefined, 2n, 4n]);
  });

  it('starts after the sequence that the caller states', async () => {
    const { open, openedAfter } = breaking(9, lost);
    expect(await collect(resume(open, itself, 3n))).toEqual([4n, 5n]);
    expect(openedAfter).toEqual([3n]);
  });

  it('throws a refusal at once', async () => {
    const { open, openedAfter } = breaking(2, refused);
    await expect(collect(resume(open, itself, undefined))).rejects.toBe(refused);
    expect(openedAfter).toHaveLength(1);
  });

  it('opens again with a fresh token when the token of a running stream ends, and once only', async () => {
    const expired = new DomainFailure(
      domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', 'the token expired'),
    );
    const { open, openedAfter } = breaking(2, expired);
    expect(await collect(resume(open, itself, undefined))).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(openedAfter).toEqual([undefined, 2n, 4n]);
    const refusing = breaking(0, expired);
    await expect(collect(resume(refusing.open, itself, undefined))).rejects.toBe(expired);
    expect(refusing.openedAfter).toHaveLength(1);
  });

  it('gives up after so many lost connections in a row', async () => {
    const { open, openedAfter } = breaking(0, lost);
    const stream = resume(open, itself, undefined, { maxFailures: 1 });
    await expect(collect(stream)).rejects.toBe(lost);
    expect(openedAfter).toHaveLength(2);
  });

  it('ends without an error when its signal aborts while it waits', async () => {
    const stop = new AbortController();
    const open = async function* (): AsyncGenerator<bigint> {
      await Promise.resolve();
      stop.abort();
      yield* [];
      throw lost;
    };
    expect(await collect(resume(open, itself, undefined, { signal: stop.signal }))).toEqual([]);
  });

  it('ends the connection when the loop is left', async () => {
    let signal: AbortSignal | undefined;
    const open = async function* (_after: bigint | undefined, opened: AbortSignal) {
      signal = opened;
      await Promise.resolve();
      yield 1n;
      yield 2n;
    };
    for await (const message of resume(open, itself, undefined)) {
      expect(message).toBe(1n);
      break;
    }
    expect(signal?.aborted).toBe(true);
  });
});
