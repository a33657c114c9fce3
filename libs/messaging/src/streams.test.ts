import { describe, expect, it } from 'vitest';
import { loadStreams, STREAM_NAMES } from './streams.js';
import { subjectMatches, subjects } from './subjects.js';

const DAY = 86_400_000;

describe('the streams file', () => {
  const streams = loadStreams();

  it('defines the four streams with the retention of the execution rules', () => {
    expect(
      streams.map(({ name, retention, maxAgeMillis }) => [name, retention, maxAgeMillis / DAY]),
    ).toEqual([
      ['TRIMTAB_ORDERS', 'work-queue', 7],
      ['TRIMTAB_EXECUTIONS', 'limits', 7],
      ['TRIMTAB_EVENTS', 'limits', 7],
      ['TRIMTAB_DEADLETTER', 'limits', 30],
    ]);
    expect(streams.map(({ name }) => name)).toEqual(STREAM_NAMES);
  });

  it('takes every subject into exactly one stream', () => {
    const all = [
      subjects.dispatch('v.1'),
      subjects.result('v'),
      subjects.failure('v'),
      subjects.event('intent', 'i'),
      subjects.event('price', 'p.q'),
      subjects.event('plan', 'p'),
      subjects.event('rebalance', 'r'),
      subjects.deadLetter(subjects.dispatch('v')),
    ];
    for (const subject of all) {
      const takers = streams.filter((stream) =>
        stream.subjects.some((pattern) => subjectMatches(pattern, subject)),
      );
      expect(takers, subject).toHaveLength(1);
    }
  });
});
