import { describe, expect, it, vi } from 'vitest';
import type { Caller } from './caller.js';
import { createServiceTokens } from './service-tokens.js';
import type { TokenClaims, TokenIssuer } from './token-issuer.js';

const ada: Caller = { subject: 'ada', scopes: new Set(['b', 'a']) };

function recording(): { readonly issuer: TokenIssuer; readonly issued: TokenClaims[] } {
  const issued: TokenClaims[] = [];
  return {
    issued,
    issuer: {
      lifetimeSeconds: 600,
      issue: async (claims) => {
        issued.push(claims);
        return `token-${issued.length}`;
      },
    },
  };
}

describe('createServiceTokens', () => {
  it('signs the caller’s subject and scopes with the service as actor', async () => {
    const { issuer, issued } = recording();
    await createServiceTokens(issuer, 'service:intent').tokenFor(ada);
    expect(issued).toEqual([{ subject: 'ada', scopes: ['a', 'b'], actor: 'service:intent' }]);
  });

  it('signs itself, without scopes, when there is no caller', async () => {
    const { issuer, issued } = recording();
    await createServiceTokens(issuer, 'service:executor').tokenFor(undefined);
    expect(issued).toEqual([
      { subject: 'service:executor', scopes: [], actor: 'service:executor' },
    ]);
  });

  it('keeps a token for the same subject and scopes only', async () => {
    const { issuer } = recording();
    const tokens = createServiceTokens(issuer, 'service:intent');
    const first = await tokens.tokenFor(ada);
    expect(await tokens.tokenFor({ ...ada, scopes: new Set(['a', 'b']) })).toBe(first);
    expect(await tokens.tokenFor({ ...ada, scopes: new Set(['a']) })).not.toBe(first);
    expect(await tokens.tokenFor({ ...ada, subject: 'bob' })).not.toBe(first);
  });

  it('renews a token 30 s before it expires', async () => {
    vi.useFakeTimers();
    try {
      const tokens = createServiceTokens(recording().issuer, 'service:intent');
      const first = await tokens.tokenFor(ada);
      vi.advanceTimersByTime(569_999);
      expect(await tokens.tokenFor(ada)).toBe(first);
      vi.advanceTimersByTime(1);
      expect(await tokens.tokenFor(ada)).not.toBe(first);
    } finally {
      vi.useRealTimers();
    }
  });
});
