import type { Caller } from './caller.js';
import type { TokenIssuer } from './token-issuer.js';

/** Makes the tokens that one service calls others with, and keeps them until shortly before they expire. */
export interface ServiceTokens {
  /** A token for the caller, with this service as actor; for the service itself without a caller. */
  tokenFor(caller: Caller | undefined): Promise<string>;
}

const MAX_TOKENS = 1000;
/** A token is renewed this long before it expires, or after half its life if that is sooner. */
const MARGIN_SECONDS = 30;

/** Creates the token store of a service; `actor` is `service:<name>`. */
export function createServiceTokens(issuer: TokenIssuer, actor: string): ServiceTokens {
  const kept = new Map<string, { readonly token: Promise<string>; readonly until: number }>();
  const lifetime = issuer.lifetimeSeconds;
  const keepMs = Math.max(lifetime - MARGIN_SECONDS, lifetime / 2) * 1000;
  return {
    tokenFor: (caller) => {
      const scopes = [...(caller?.scopes ?? [])].sort();
      const key = JSON.stringify([caller?.subject ?? null, scopes]);
      const found = kept.get(key);
      if (found !== undefined && found.until > Date.now()) return found.token;
      const token = issuer.issue(
        caller === undefined
          ? { subject: actor, scopes: [], actor }
          : { subject: caller.subject, scopes, actor },
      );
      kept.delete(key);
      kept.set(key, { token, until: Date.now() + keepMs });
      token.catch(() => kept.delete(key));
      const oldest = kept.keys().next();
      if (kept.size > MAX_TOKENS && oldest.done !== true) kept.delete(oldest.value);
      return token;
    },
  };
}
