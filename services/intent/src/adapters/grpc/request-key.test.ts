import { RebalanceIntentRequest } from '@trimtab/contracts/intent';
import type { CallContext } from '@trimtab/grpc';
import { describe, expect, it } from 'vitest';
import { requestKey } from './request-key.js';

const context = { caller: { subject: 'engine-1' } } as unknown as CallContext;
const ids = { uuid: () => 'a0000000-0000-4000-8000-000000000000', hex: () => '' };
const asked = RebalanceIntentRequest.fromPartial({
  requestId: 'b0000000-0000-4000-8000-000000000000',
  intentId: 'intent-1-00000000',
  leaseToken: 7n,
});

function hashOf(change: Partial<RebalanceIntentRequest>): string {
  const method = '/trimtab.intent.v1.IntentService/RebalanceIntent';
  const request = { ...asked, ...change };
  return requestKey({ method, request, encoder: RebalanceIntentRequest }, context, ids).requestHash;
}

describe('the key of a request', () => {
  it('is the same under the next lease: a crashed tick asks again for what it asked for', () => {
    expect(hashOf({ leaseToken: 8n })).toBe(hashOf({}));
  });

  it('is another one for another body', () => {
    expect(hashOf({ seriesId: 'BTC-30000-20260801' })).not.toBe(hashOf({}));
  });
});
