import { describe, expect, it } from 'vitest';
import { createRepeatAnswer } from './repeat-answer.js';

const signal = new AbortController().signal;

describe('a repeated answer', () => {
  it('waits until the first one is out, so that it is really the second', async () => {
    const journal: string[] = [];
    let sentAfter = 2;
    await createRepeatAnswer({
      store: {
        isAnswerSent: async () => (sentAfter -= 1) < 0,
        answerAgain: async () => void journal.push('again'),
      },
      pause: async () => void journal.push('pause'),
    })('order', signal);
    expect(journal).toEqual(['pause', 'pause', 'again']);
  });

  it('is given up when the first one never gets out', async () => {
    let repeated = false;
    await createRepeatAnswer({
      store: { isAnswerSent: async () => false, answerAgain: async () => void (repeated = true) },
      pause: async () => undefined,
    })('order', signal);
    expect(repeated).toBe(false);
  });
});
