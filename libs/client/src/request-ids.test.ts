import { IntentServiceService } from '@trimtab/contracts/intent';
import type { ServiceClient } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { withRequestIds } from './request-ids.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function recording() {
  const requests: unknown[] = [];
  const record = (request: unknown): Promise<object> => {
    requests.push(request);
    return Promise.resolve({});
  };
  const methods = { pauseIntent: record, getIntent: record, close: () => undefined };
  const client = methods as unknown as ServiceClient<typeof IntentServiceService>;
  return { requests, client: withRequestIds(IntentServiceService, client) };
}

describe('requests of the client', () => {
  it('get a fresh request id where the caller stated none', async () => {
    const { requests, client } = recording();
    await client.pauseIntent({ intentId: 'a' });
    await client.pauseIntent({ intentId: 'a' });
    expect(requests).toMatchObject([
      { intentId: 'a', etag: '', requestId: expect.stringMatching(UUID) as string },
      { intentId: 'a', etag: '', requestId: expect.stringMatching(UUID) as string },
    ]);
    const [first, second] = requests as readonly { readonly requestId: string }[];
    expect(first?.requestId).not.toBe(second?.requestId);
  });

  it('keep the id that the caller stated', async () => {
    const { requests, client } = recording();
    await client.pauseIntent({ intentId: 'a', requestId: 'mine' });
    expect(requests).toMatchObject([{ requestId: 'mine' }]);
  });

  it('get none where the method has none', async () => {
    const { requests, client } = recording();
    await client.getIntent({ intentId: 'a' });
    expect(requests).toEqual([{ intentId: 'a' }]);
  });
});
