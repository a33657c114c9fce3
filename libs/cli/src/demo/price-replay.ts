import { readFileSync } from 'node:fs';
import { present, type Instant } from '@trimtab/core';
import type { VirtualClock } from '@trimtab/lifecycle';
import {
  createReplayPublisher,
  createSubmitPort,
  parsePriceCsv,
  toReplayTicks,
} from '@trimtab/oracle';
import type { Suite } from '../suite/suite.js';
import { connectClients, type SuiteClients } from './clients.js';

/** The subjects that publish the three columns of the file. */
export const PUBLISHERS = {
  last: 'coinbase-last',
  bid: 'coinbase-bid',
  ask: 'coinbase-ask',
} as const;

/** Tickers of the file and the assets that stand for them. */
export const ASSET_IDS: ReadonlyMap<string, string> = new Map([
  ['BTC', 'WBTC'],
  ['ETH', 'WETH'],
  ['LTC', 'LTC'],
]);

const FILE = new URL(
  '../../../../test/fixtures/prices/coinbase-btc-eth-ltc-2018-04-04.csv',
  import.meta.url,
);

/** A day of recorded prices that is played into the oracle while the virtual clock follows. */
export interface PriceReplay {
  /** Plays minutes until the clock has moved this far; returns what was accepted. */
  playMinutes(minuteCount: number): Promise<{ readonly acceptedCount: number }>;
  close(): void;
}

/** The time of the first row, at which the virtual clock starts. */
export function firstPriceTime(): Instant {
  return present(readTicks()[0], 'the file of prices has rows').time;
}

/** Opens the replay; each publisher submits with credentials of its own. */
export function createPriceReplay(suite: Suite, clock: VirtualClock): PriceReplay {
  const clients = new Map<string, SuiteClients>();
  const clientOf = (publisher: string): SuiteClients => {
    const known = clients.get(publisher) ?? connectClients(suite, publisher, ['price:write']);
    clients.set(publisher, known);
    return known;
  };
  const port = createSubmitPort((publisher) => clientOf(publisher).oracle);
  const publisher = createReplayPublisher(readTicks(), port);
  let minutes = 0;
  return {
    playMinutes: async (minuteCount) => {
      let acceptedCount = 0;
      for (const end = minutes + minuteCount; minutes < end; minutes += 1) {
        const time = publisher.nextTime();
        if (time === undefined) break;
        clock.set(time);
        const progress = await publisher.advanceTo(time);
        acceptedCount += progress.acceptedCount;
      }
      return { acceptedCount };
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

function readTicks() {
  const rows = parsePriceCsv(readFileSync(FILE, 'utf8'));
  if (!rows.ok) throw new Error(`recorded prices: ${rows.error}`);
  return toReplayTicks(rows.value, { publishers: PUBLISHERS, assetIds: ASSET_IDS });
}
