import type { Command } from 'commander';
import { integerBetween, speedFactor } from '../arguments.js';
import type { Output } from '../output.js';
import { untilInterrupted } from '../until-interrupted.js';
import {
  runCsvFeed,
  runHttpFeed,
  type CsvSource,
  type FeedTarget,
  type HttpSource,
} from './feed.js';

/** What a group of commands needs of the program. */
export interface Surroundings {
  readonly output: () => Output;
  readonly finish: (code: number) => void;
  readonly dataFolder: string;
}

interface TargetFlags {
  readonly address: string;
  readonly token?: string;
  readonly dataFolder: string;
}

type CsvFlags = TargetFlags & {
  readonly asset: readonly string[];
  readonly publisher: readonly string[];
  readonly speed: CsvSource['speed'];
};

type HttpFlags = TargetFlags &
  Omit<HttpSource, 'url' | 'assetId' | 'bidPointer' | 'askPointer' | 'polls'> & {
    readonly asset: string;
    readonly bidPointer?: string;
    readonly askPointer?: string;
    readonly polls?: number;
  };

/** Adds `csv` and `http` to `trimtab feed`. */
export function addFeedCommands(feed: Command, surroundings: Surroundings): void {
  const { output, finish, dataFolder } = surroundings;
  const withTarget = (command: Command): Command =>
    command
      .option('--address <host:port>', 'the oracle', '127.0.0.1:50052')
      .option('--token <token>', 'bearer token of the publisher; TRIMTAB_TOKEN by default')
      .option(
        '--data-folder <folder>',
        'without a token: whose development key signs for each publisher',
        dataFolder,
      )
      .option('--json', 'print JSON documents instead of tables');

  withTarget(feed.command('csv'))
    .description('replay a recording; every price of it, in its order')
    .argument('<file>', 'minute,<venue>,… or minute,asset,last_usd,bid_usd,ask_usd,volume')
    .option('--asset <asset...>', 'of a file of venues; TICKER=ASSET of a file of tickers', [])
    .option('--publisher <name...>', 'only these venues, or of last, bid and ask', [])
    .option(
      '--speed <factor>',
      'recorded seconds per second; max: no waiting, with the recorded times',
      speedFactor,
      1,
    )
    .action(async (file: string, { asset, publisher, speed, ...target }: CsvFlags) => {
      const source: CsvSource = { file, assets: asset, publishers: publisher, speed };
      finish(
        await untilInterrupted((signal) =>
          runCsvFeed(source, feedTarget(target), output(), signal),
        ),
      );
    });

  withTarget(feed.command('http'))
    .description('ask an address for a price, again and again')
    .argument('<url>', 'answers with JSON; in a private network only with --allow-private')
    .requiredOption('--asset <asset>', 'what it is the price of')
    .option('--publisher <name>', 'as whom it is published without a token', 'http')
    .option('--price-pointer <pointer>', 'JSON pointer to the price', '/price')
    .option('--bid-pointer <pointer>', 'JSON pointer to the bid of a quote')
    .option('--ask-pointer <pointer>', 'JSON pointer to the ask of a quote')
    .option('--interval-millis <ms>', 'between questions', integerBetween(100, 86_400_000), 10_000)
    .option('--polls <count>', 'stop after this many questions', integerBetween(1, 1_000_000_000))
    .option('--timeout-millis <ms>', 'of one question', integerBetween(1, 600_000), 5_000)
    .option('--max-bytes <bytes>', 'of one answer', integerBetween(1, 16_777_216), 65_536)
    .option('--max-redirects <count>', 'that are followed', integerBetween(0, 20), 0)
    .option('--allow-private <target...>', 'addresses, networks or hosts that may be private', [])
    .action(async (url: string, flags: HttpFlags) => {
      const source: HttpSource = {
        ...flags,
        url,
        assetId: flags.asset,
        bidPointer: flags.bidPointer,
        askPointer: flags.askPointer,
        polls: flags.polls,
      };
      finish(
        await untilInterrupted((signal) =>
          runHttpFeed(source, feedTarget(flags), output(), signal),
        ),
      );
    });
}

function feedTarget({ address, token, dataFolder }: TargetFlags): FeedTarget {
  return { address, dataFolder, token: token ?? process.env['TRIMTAB_TOKEN'] };
}
