import { DomainFailure, domainError } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { recheckToken } from './recheck-token.js';

const caller = { subject: 'ada', scopes: new Set<string>() };
const expired = new DomainFailure(domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', 'expired'));
const keysAreAway = new DomainFailure(
  domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the signing keys cannot be fetched'),
);

/** Looks at a token; each look gets the next answer, the last one for ever. */
function look(answers: readonly (Error | undefined)[]): {
  readonly refusals: DomainFailure[];
  readonly looks: () => number;
  /** Resolves after so many looks. */
  readonly reached: (count: number) => Promise<void>;
  readonly end: () => void;
} {
  const refusals: DomainFailure[] = [];
  const waiting: (() => void)[] = [];
  let looks = 0;
  const end = recheckToken({
    token: 'token',
    everyMs: 1,
    refused: (refusal) => void refusals.push(refusal),
    authenticator: {
      authenticate: async () => {
        const answer = answers[Math.min(looks, answers.length - 1)];
        looks += 1;
        for (const wake of waiting.splice(0)) wake();
        if (answer !== undefined) throw answer;
        return caller;
      },
    },
  });
  const reached = async (count: number): Promise<void> => {
    while (looks < count) await new Promise<void>((wake) => waiting.push(wake));
  };
  return { refusals, looks: () => looks, reached, end };
}

describe('a token of an open stream', () => {
  it('is refused once, when it is not accepted any more, and not looked at again', async () => {
    const { refusals, looks, reached } = look([undefined, undefined, expired]);
    await reached(3);
    await new Promise((pass) => setTimeout(pass, 5));
    expect(refusals).toEqual([expired]);
    expect(looks()).toBe(3);
  });

  it('is not refused while the keys cannot be fetched, or for what is our fault', async () => {
    const { refusals, reached, end } = look([keysAreAway, new Error('disk'), undefined]);
    await reached(4);
    end();
    expect(refusals).toEqual([]);
  });

  it('is not looked at after the end, nor refused by a look that was under way', async () => {
    let refuse: (error: Error) => void = () => undefined;
    let asked: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (asked = resolve));
    const refusals: DomainFailure[] = [];
    const end = recheckToken({
      token: 'token',
      everyMs: 1,
      refused: (refusal) => void refusals.push(refusal),
      authenticator: {
        authenticate: () => {
          asked();
          return new Promise((_, reject) => (refuse = reject));
        },
      },
    });
    await begun;
    end();
    refuse(expired);
    await Promise.resolve();
    expect(refusals).toEqual([]);
  });
});
