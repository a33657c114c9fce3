import {
  parsePriceCsv,
  parseVenueCsv,
  toReplayTicks,
  toVenueTicks,
  type FeedTick,
} from '@trimtab/oracle';

/** How the columns and tickers of a recording are meant. */
export interface RecordingNames {
  /** For messages. */
  readonly name: string;
  /** The asset of a file of venues, or `TICKER=ASSET` of a file of tickers. */
  readonly assets: readonly string[];
  /** Only these publishers; empty means all. */
  readonly publishers: readonly string[];
}

/**
 * Reads a recording of either kind: of venues (`minute,<venue>,…`, each venue a publisher) or of
 * tickers (`minute,asset,last_usd,bid_usd,ask_usd,volume`, published as `last`, `bid` and `ask`).
 *
 * @throws Error naming the line that cannot be read, or what is missing
 */
export function readRecording(text: string, names: RecordingNames): readonly FeedTick[] {
  const isOfTickers = /^\ufeff?minute,asset,last_usd,/.test(text);
  const ticks = isOfTickers ? readTickers(text, names) : readVenues(text, names);
  const wanted = new Set(names.publishers);
  const found = new Set(ticks.flatMap((tick) => tick.observations.map((one) => one.publisher)));
  const unknown = names.publishers.filter((publisher) => !found.has(publisher));
  if (unknown.length > 0) {
    throw new Error(
      `${names.name} has no publisher ${unknown.join(', ')}, but ${[...found].join(', ')}`,
    );
  }
  if (wanted.size === 0) return ticks;
  return ticks
    .map(({ time, observations }) => ({
      time,
      observations: observations.filter(({ publisher }) => wanted.has(publisher)),
    }))
    .filter(({ observations }) => observations.length > 0);
}

function readVenues(text: string, { name, assets }: RecordingNames): readonly FeedTick[] {
  const [assetId, ...more] = assets;
  if (assetId === undefined || more.length > 0 || assetId.includes('=')) {
    throw new Error(`${name} is a file of venues: name its asset with --asset ASSET`);
  }
  const file = parseVenueCsv(text);
  if (!file.ok) throw new Error(`${name}: ${file.error}`);
  return toVenueTicks(file.value.rows, assetId);
}

function readTickers(text: string, { name, assets }: RecordingNames): readonly FeedTick[] {
  const assetIds = new Map(
    assets.map((pair): [string, string] => {
      const [ticker = '', assetId = ticker] = pair.split('=');
      return [ticker, assetId];
    }),
  );
  const rows = parsePriceCsv(text);
  if (!rows.ok) throw new Error(`${name}: ${rows.error}`);
  const wanted = rows.value.filter(({ ticker }) => assetIds.size === 0 || assetIds.has(ticker));
  return toReplayTicks(wanted, {
    publishers: { last: 'last', bid: 'bid', ask: 'ask' },
    assetIds,
  });
}
