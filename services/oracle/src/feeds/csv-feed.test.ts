import { instant } from '@trimtab/core';
import { createVirtualClock } from '@trimtab/lifecycle';
import { describe, expect, it } from 'vitest';
import { createCsvFeed } from './csv-feed.js';
import type { FeedObservation } from './feed.js';
import { toVenueTicks } from './replay-ticks.js';
import { parseVenueCsv } from './venue-csv.js';

const FILE = [
  'minute,alpha,beta',
  '2022-12-13T00:00:00Z,100.10,100.20',
  '2022-12-13T00:01:00Z,100.30,',
  '2022-12-13T00:04:00Z,100.50,100.60',
].join('\n');
const RECORDED = 1_670_889_600_000;

async function replay(speed: number | 'max', text = FILE) {
  const file = parseVenueCsv(text);
  if (!file.ok) throw new Error(file.error);
  const clock = createVirtualClock(instant(5_000_000));
  const submitted: FeedObservation[] = [];
  const waits: number[] = [];
  const feed = createCsvFeed(
    { name: 'csv', ticks: toVenueTicks(file.value.rows, 'BTC'), speed, clock },
    {
      port: {
        submit: (_, observations) => {
          submitted.push(...observations);
          return Promise.resolve({ acceptedCount: 1, ignoredCount: 0, refusals: [] });
        },
      },
      pause: (millis) => {
        waits.push(millis);
        clock.advanceMillis(millis);
        return Promise.resolve();
      },
      reporter: { submitted: () => undefined, refused: () => undefined, failed: () => undefined },
    },
  );
  await feed.run(new AbortController().signal);
  return { submitted, waits };
}

describe('a replay of a recording', () => {
  it.each([
    [1, [60_000, 180_000]],
    [60, [1000, 3000]],
    [0.5, [120_000, 360_000]],
    [86_400, [0, 2]],
  ])('at speed %d waits %j ms between its ticks', async (speed, waits) => {
    expect((await replay(speed)).waits).toEqual(waits.filter((millis) => millis > 0));
  });

  it('observes each tick when its turn comes', async () => {
    const { submitted } = await replay(60);
    expect(submitted.map((one) => [one.publisher, one.observeTime, one.sequence])).toEqual([
      ['alpha', 5_000_000, 5_000_000n],
      ['beta', 5_000_000, 5_000_000n],
      ['alpha', 5_001_000, 5_001_000n],
      ['alpha', 5_004_000, 5_004_000n],
      ['beta', 5_004_000, 5_004_000n],
    ]);
  });

  it('at most speed waits for nothing and keeps the recorded times', async () => {
    const { submitted, waits } = await replay('max');
    expect(waits).toEqual([]);
    expect(submitted.map(({ observeTime }) => observeTime - RECORDED)).toEqual([
      0, 0, 60_000, 240_000, 240_000,
    ]);
  });

  it('does nothing for a file without rows', async () => {
    expect((await replay(1, 'minute,alpha')).submitted).toEqual([]);
  });
});

describe('a file of venues', () => {
  it.each([
    ['', 'line 1: began with ""'],
    ['minute', 'line 1: began with "minute"'],
    ['time,alpha', 'line 1: began with "time"'],
    ['minute,alpha,alpha', 'a name of its own'],
    ['minute,alpha,', 'a name of its own'],
    ['minute,al pha', 'a name of its own'],
    ['minute,alpha\n2022-12-13T00:00:00Z', 'line 2: had 1 cells, must have 2'],
    ['minute,alpha\n2022-12-13T00:00:00Z,1,2', 'line 2: had 3 cells, must have 2'],
    ['minute,alpha\n\n2022-12-13 00:00,1', 'line 3: minute'],
    ['minute,alpha\n2022-12-13T00:00:00Z,1e5', 'line 2: alpha was "1e5"'],
    ['minute,alpha\n2022-12-13T00:00:00Z,0', 'line 2: alpha was 0, must be above 0'],
    ['minute,alpha\n2022-12-13T00:00:00Z,"1', 'line 2'],
  ])('is refused with the line that is wrong: %j', (text, message) => {
    const file = parseVenueCsv(text);
    expect(file.ok ? '' : file.error).toContain(message);
  });

  it('may be quoted, begin with a byte order mark and end its lines in any way', () => {
    const file = parseVenueCsv('\ufeffminute,"alpha"\r\n"2022-12-13T00:00:00Z","1.50"\r\n');
    expect(file.ok ? file.value.rows[0]?.prices.get('alpha') : file.error).toBe('1.5');
  });
});
