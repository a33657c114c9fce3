import { DomainFailure } from '@trimtab/core';
import type { Authenticator } from './authenticator.js';

/** A token whose call goes on. */
export interface Recheck {
  readonly authenticator: Authenticator;
  readonly token: string;
  /** Pause between two looks, in milliseconds. */
  readonly everyMs: number;
  /** Called once, with the refusal, when the token is not accepted any more. */
  readonly refused: (refusal: DomainFailure) => void;
}

/**
 * Looks again and again whether a token is still accepted: a stream has no end of its own, and what
 * its caller may see ends with the token. Keys that cannot be fetched refuse nobody.
 * @returns what ends it
 */
export function recheckToken(recheck: Recheck): () => void {
  const { authenticator, token, everyMs, refused } = recheck;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    if (ended) return;
    timer = setTimeout(() => void look(), everyMs);
    timer.unref();
  };
  const look = async (): Promise<void> => {
    try {
      await authenticator.authenticate(token);
    } catch (error) {
      if (!ended && error instanceof DomainFailure && error.error.kind === 'UNAUTHENTICATED') {
        refused(error);
        return;
      }
    }
    later();
  };
  later();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
