import { readFileSync, writeFileSync } from 'node:fs';
import { formatInstant, instant, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { playDay, readDay, writeDay } from './price-day.js';

/**
 * A real day of BTC at five venues played through the rules of the oracle. Two venues fall silent
 * after 12:00: a quorum of three keeps its price, a quorum of four says so.
 *
 * The files in `prices/` are written again by
 * `TRIMTAB_WRITE_GOLDEN=1 npx vitest run test/golden/price-day.test.ts`; read the difference.
 */
const SILENCED = ['bybit-perp-btcusd', 'bybit-perp-btcusdt'];

function at(text: string): Instant {
  return instant(Date.parse(`2022-12-13T${text}Z`));
}

describe.each([3, 4])('the day of 2022-12-13 with a quorum of %i', (quorumCount) => {
  const changes = playDay(quorumCount);

  it('publishes the prices of the golden file, byte for byte', () => {
    const file = new URL(`./prices/btc-usd-2022-12-13-quorum-${quorumCount}.csv`, import.meta.url);
    const written = writeDay(changes);
    if (process.env['TRIMTAB_WRITE_GOLDEN'] === '1') writeFileSync(file, written);
    expect(written).toBe(readFileSync(file, 'utf8'));
  });

  it('has its first price once the quorum has spoken, in the first minute', () => {
    const [first] = changes;
    expect([first?.time, first?.cause]).toEqual([at('00:00:00'), 'FIRST']);
    expect(first?.publication?.publishers.length).toBe(quorumCount);
  });

  it('publishes no price that is not one that a venue said within 90 s', () => {
    const said = readDay().flatMap(({ observations }) => observations);
    for (const { time, cause, publication } of changes) {
      if (cause === 'STATE' || publication === undefined) continue;
      const price = formatDecimal(publication.price);
      const isSaid = said.some(
        (one) =>
          one.kind === 'PRICE' &&
          one.price === price &&
          one.observeTime <= time &&
          one.observeTime >= time - 90_000,
      );
      expect(isSaid, `${price} at ${formatInstant(time)}`).toBe(true);
    }
  });
});

describe('two venues that fall silent after 12:00', () => {
  it('leave a quorum of three its price for the whole day, with the silent ones named', () => {
    const changes = playDay(3);
    expect(changes.every(({ state }) => state === 'HEALTHY')).toBe(true);
    // Nothing is older than a heartbeat, to the end of the day.
    const published = changes.map(({ time }) => time);
    const gaps = published.map((time, index) => (published[index + 1] ?? at('23:59:00')) - time);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_000);
    const late = changes.filter(({ time }) => time > at('12:01:30.000'));
    expect(late.length).toBeGreaterThan(100);
    for (const { publication } of late) {
      const dropped = publication?.dropped.map(({ publisher, reason }) => [publisher, reason]);
      expect(dropped).toEqual(SILENCED.map((publisher) => [publisher, 'EXPIRED']));
    }
  });

  it('make a quorum of four say NO_QUORUM the moment their last word expires, and for good', () => {
    const changes = playDay(4);
    const last = changes.at(-1);
    // Their last prices are of 12:00:00; at 12:01:30.000 they are 90 s old and still count.
    expect([last?.time, last?.cause, last?.state]).toEqual([
      at('12:01:30.001'),
      'STATE',
      'NO_QUORUM',
    ]);
    expect(changes.filter(({ state }) => state !== 'HEALTHY').length).toBe(1);
  });

  it('change nothing before: both quorums publish the same from the second publication to 12:00', () => {
    const before = (quorumCount: number): string =>
      writeDay(
        playDay(quorumCount).filter(({ time }) => time > at('00:00:00') && time <= at('12:00:00')),
      );
    expect(before(3)).toBe(before(4));
  });
});
