import { readFileSync } from 'node:fs';
import { formatInstant, instant, parseInstant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { parsePriceCsv } from './price-csv.js';
import { createReplayPublisher } from './replay-publisher.js';
import { toReplayTicks, type FeedTick, type ReplayNames } from './replay-ticks.js';
import type { SubmitPort } from './submit-port.js';

const HEADER = 'minute,asset,last_usd,bid_usd,ask_usd,volume';
const names: ReplayNames = {
  publishers: { last: 'feed-last', bid: 'feed-bid', ask: 'feed-ask' },
  assetIds: new Map([['BTC', 'WBTC']]),
};

function ticksOf(text: string): readonly FeedTick[] {
  const rows = parsePriceCsv(text);
  if (!rows.ok) throw new Error(rows.error);
  return toReplayTicks(rows.value, names);
}

function time(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('a file of recorded prices', () => {
  it('becomes observations of three publishers in time order, normalised', () => {
    const ticks = ticksOf(
      [
        HEADER,
        '2018-04-04T00:01:00Z,LTC,134.10,134,134.20,1',
        '2018-04-04T00:00:00Z,BTC,7422.00,7421.5,7423,1',
        '',
      ].join('\r\n'),
    );
    const written = ticks.map((tick) => [
      formatInstant(tick.time),
      ...tick.observations.map(
        (one) => `${one.publisher} ${one.assetId} ${one.kind === 'PRICE' ? one.price : ''}`,
      ),
    ]);
    expect(written).toEqual([
      [
        '2018-04-04T00:00:00.000Z',
        'feed-ask WBTC 7423',
        'feed-bid WBTC 7421.5',
        'feed-last WBTC 7422',
      ],
      ['2018-04-04T00:01:00.000Z', 'feed-ask LTC 134.2', 'feed-bid LTC 134', 'feed-last LTC 134.1'],
    ]);
    expect(ticks[0]?.observations[0]?.sequence).toBe(1_522_800_000_000n);
  });

  it('publishes nothing for an empty cell', () => {
    const [tick] = ticksOf(`${HEADER}\n2018-04-04T16:46:00Z,BTC,,6899.99,6900,\n`);
    expect(tick?.observations.map(({ publisher }) => publisher)).toEqual(['feed-ask', 'feed-bid']);
  });

  it.each([
    ['time,asset,price', 'line 1: was "time,asset,price", must be'],
    [`${HEADER}\n2018-04-04T00:00:00Z,BTC,1,2,3`, 'line 2: had 5 cells, must have 6'],
    [`${HEADER}\n2018-04-31T00:00:00Z,BTC,1,2,3,4`, 'line 2: minute'],
    [`${HEADER}\n2018-04-04T00:00:00Z,,1,2,3,4`, 'line 2: asset was empty'],
    [`${HEADER}\n2018-04-04T00:00:00Z,BTC,1e3,2,3,4`, 'line 2: last_usd was "1e3"'],
    [`${HEADER}\n2018-04-04T00:00:00Z,BTC,1,0.00,3,4`, 'line 2: bid_usd was 0'],
    [`${HEADER}\n2018-04-04T00:00:00Z,BTC,1,2,-3,4`, 'line 2: ask_usd was -3'],
  ])('is refused with the line that is wrong: %j', (text, message) => {
    const rows = parsePriceCsv(text);
    expect(rows.ok ? '' : rows.error).toContain(message);
  });

  it('of the recorded day reads completely: 4 315 rows, every minute from the first to the last', () => {
    const file = new URL(
      '../../../../test/fixtures/prices/coinbase-btc-eth-ltc-2018-04-04.csv',
      import.meta.url,
    );
    const ticks = ticksOf(readFileSync(file, 'utf8'));
    const rowCount = ticks
      .map((tick) => new Set(tick.observations.map(({ assetId }) => assetId)).size)
      .reduce((sum, count) => sum + count, 0);
    expect(rowCount).toBe(4315);
    expect(ticks[0]?.time).toBe(time('2018-04-04T00:00:00Z'));
    const times = ticks.map((tick) => tick.time);
    expect(times.every((one, index) => index === 0 || one > (times[index - 1] ?? one))).toBe(true);
  });
});

describe('a replay', () => {
  const ticks: readonly FeedTick[] = [0, 60_000, 120_000].map((millis) => ({
    time: instant(millis),
    observations: ['a', 'b'].map((publisher) => ({
      kind: 'PRICE' as const,
      publisher,
      assetId: 'WBTC',
      price: '1',
      observeTime: instant(millis),
      sequence: BigInt(millis),
    })),
  }));

  function recordingPort(failures: Set<string> = new Set()): SubmitPort & { calls: string[] } {
    const calls: string[] = [];
    return {
      calls,
      submit(publisher, observations) {
        const call = `${publisher}@${String(observations[0]?.sequence)}`;
        calls.push(call);
        if (failures.delete(call)) return Promise.reject(new Error('down'));
        return Promise.resolve({
          acceptedCount: observations.length,
          ignoredCount: 0,
          refusals: publisher === 'b' ? [{ index: 0, reason: 'PUBLISHER_NOT_ALLOWED' }] : [],
        });
      },
    };
  }

  it('submits each tick up to and including a time, once', async () => {
    const port = recordingPort();
    const replay = createReplayPublisher(ticks, port);
    expect(await replay.advanceTo(instant(60_000))).toMatchObject({ tickCount: 2 });
    expect(port.calls).toEqual(['a@0', 'b@0', 'a@60000', 'b@60000']);
    expect(replay.nextTime()).toBe(120_000);
    expect(await replay.advanceTo(instant(119_999))).toMatchObject({ tickCount: 0 });
    await replay.advanceTo(instant(120_000));
    expect(replay.nextTime()).toBe(undefined);
  });

  it('sends a tick again whose call failed, and loses none', async () => {
    const port = recordingPort(new Set(['b@60000']));
    const replay = createReplayPublisher(ticks, port);
    await expect(replay.advanceTo(instant(60_000))).rejects.toThrow('down');
    expect(replay.nextTime()).toBe(60_000);
    await replay.advanceTo(instant(60_000));
    expect(port.calls).toEqual(['a@0', 'b@0', 'a@60000', 'b@60000', 'a@60000', 'b@60000']);
  });

  it('reports each refusal with its observation', async () => {
    const replay = createReplayPublisher(ticks, recordingPort());
    const { refusals } = await replay.advanceTo(instant(0));
    expect(refusals.map((one) => [one.observation.publisher, one.reason])).toEqual([
      ['b', 'PUBLISHER_NOT_ALLOWED'],
    ]);
  });

  it('cuts what one publisher says at once into calls of 1 000', async () => {
    const sizes: number[] = [];
    const port: SubmitPort = {
      submit(_, observations) {
        sizes.push(observations.length);
        return Promise.resolve({ acceptedCount: 0, ignoredCount: 0, refusals: [] });
      },
    };
    const observations = Array.from({ length: 1001 }, (_, index) => ({
      kind: 'PRICE' as const,
      publisher: 'a',
      assetId: `A${index}`,
      price: '1',
      observeTime: instant(0),
      sequence: 0n,
    }));
    const replay = createReplayPublisher([{ time: instant(0), observations }], port);
    await replay.advanceTo(instant(0));
    expect(sizes).toEqual([1000, 1]);
  });
});
