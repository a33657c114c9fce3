import type { Caller } from './caller.js';

/** Tokens whose signature and claims were verified a moment ago, by their whole text. */
export interface VerifiedTokens {
  find(token: string, nowMs: number): Caller | undefined;
  /** Keeps a caller; `expiresAtMs` is when the token itself is not accepted any more. */
  keep(token: string, caller: Caller, times: { nowMs: number; expiresAtMs: number }): void;
}

/** So long a token is not verified again: one whose key was taken back is still accepted for this time. */
const KEEP_MS = 60_000;
const MAX_TOKENS = 1_000;

/** Verifying costs more than many a call does; the tokens of services come again and again. */
export function createVerifiedTokens(): VerifiedTokens {
  const kept = new Map<
    string,
    { readonly caller: Caller; readonly from: number; readonly until: number }
  >();
  return {
    find: (token, nowMs) => {
      const found = kept.get(token);
      if (found === undefined) return undefined;
      if (nowMs >= found.from && nowMs < found.until) return found.caller;
      kept.delete(token);
      return undefined;
    },
    keep: (token, caller, { nowMs, expiresAtMs }) => {
      kept.set(token, { caller, from: nowMs, until: Math.min(nowMs + KEEP_MS, expiresAtMs) });
      const oldest = kept.keys().next();
      if (kept.size > MAX_TOKENS && oldest.done !== true) kept.delete(oldest.value);
    },
  };
}
