import { IntentServiceService } from '@trimtab/contracts/intent';
import { createUserClient } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { createStreamClients, STREAMS_PER_CONNECTION } from './stream-clients.js';

function pool(maxStreams: number) {
  const closed: number[] = [];
  let openCount = 0;
  const clients = createStreamClients<typeof IntentServiceService>(maxStreams, () => {
    const number = (openCount += 1);
    // It would connect at its first call, which never comes.
    const client = createUserClient({ definition: IntentServiceService, address: '127.0.0.1:1' });
    return { ...client, close: () => void closed.push(number) };
  });
  return { clients, closed, opened: () => openCount };
}

describe('clients for streams', () => {
  it('open a connection when the others are full, and fill the room that was given back', () => {
    const { clients, opened } = pool(1_000);
    const taken = Array.from({ length: STREAMS_PER_CONNECTION }, () => clients.take());
    expect(opened()).toBe(1);
    clients.take();
    expect(opened()).toBe(2);
    taken[0]?.release();
    taken[0]?.release();
    expect(clients.take().client).toBe(taken[1]?.client);
    expect(clients.take().client).not.toBe(taken[1]?.client);
    expect(opened()).toBe(2);
  });

  it('refuse more than are allowed, until one is given back', () => {
    const { clients } = pool(2);
    clients.take();
    const second = clients.take();
    expect(() => clients.take()).toThrow('2 event streams are open');
    second.release();
    expect(() => clients.take()).not.toThrow();
  });

  it('close every connection', () => {
    const { clients, closed } = pool(1_000);
    for (let count = 0; count <= STREAMS_PER_CONNECTION; count += 1) clients.take();
    clients.close();
    expect(closed).toEqual([1, 2]);
  });
});
