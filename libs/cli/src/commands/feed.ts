import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { createTokenIssuer, createUserClient, ensureDevelopmentKeys } from '@trimtab/grpc';
import { systemClock } from '@trimtab/lifecycle';
import {
  createCsvFeed,
  createHttpFeed,
  createSubmitPort,
  pointerFault,
  systemPause,
  type DeliveryDependencies,
  type Feed,
  type FeedCounts,
  type SubmitPort,
} from '@trimtab/oracle';
import { createOutboundClient } from '@trimtab/outbound';
import { toJson, type Output } from '../output.js';
import { readRecording } from './recording.js';

/** Which oracle, as whom. Without a token each publisher gets one of the development key. */
export interface FeedTarget {
  readonly address: string;
  readonly token: string | undefined;
  readonly dataFolder: string;
}

/** A recording to replay. */
export interface CsvSource {
  readonly file: string;
  /** The asset of a file of venues, or `TICKER=ASSET` of a file of tickers. */
  readonly assets: readonly string[];
  /** Only these publishers of the file; empty means all. */
  readonly publishers: readonly string[];
  readonly speed: number | 'max';
}

/** An address to ask. */
export interface HttpSource {
  readonly url: string;
  readonly assetId: string;
  readonly publisher: string;
  readonly pricePointer: string;
  readonly bidPointer: string | undefined;
  readonly askPointer: string | undefined;
  readonly intervalMillis: number;
  readonly polls: number | undefined;
  readonly timeoutMillis: number;
  readonly maxBytes: number;
  readonly maxRedirects: number;
  readonly allowPrivate: readonly string[];
}

/** Replays a recording into an oracle; returns the exit code. */
export async function runCsvFeed(
  source: CsvSource,
  target: FeedTarget,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const { file, assets, publishers, speed } = source;
  const text = readFileSync(file, 'utf8');
  const ticks = readRecording(text, { name: file, assets, publishers });
  const found = new Set(ticks.flatMap((tick) => tick.observations.map((one) => one.publisher)));
  if (found.size > 1 && target.token !== undefined) {
    throw new Error(
      `a token speaks for one publisher, the file has ${[...found].join(', ')}: choose one with --publisher`,
    );
  }
  return run(target, output, signal, (dependencies) =>
    createCsvFeed({ name: file, ticks, speed, clock: systemClock }, dependencies),
  );
}

/** Asks an address again and again and publishes what it says; returns the exit code. */
export async function runHttpFeed(
  source: HttpSource,
  target: FeedTarget,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const { bidPointer: bid, askPointer: ask, polls, ...rest } = source;
  for (const pointer of [source.pricePointer, bid, ask]) {
    const fault = pointer === undefined ? undefined : pointerFault(pointer);
    if (fault !== undefined) throw new Error(fault);
  }
  if ((bid === undefined) !== (ask === undefined)) {
    throw new Error('a quote has a bid and an ask: give both pointers or none');
  }
  const client = createOutboundClient({
    allowPrivate: source.allowPrivate,
    timeoutMillis: source.timeoutMillis,
    maxResponseBytes: source.maxBytes,
    maxRedirects: source.maxRedirects,
  });
  const check = client.checkTarget(source.url);
  if (!check.ok) throw new Error(`${check.reason}: ${check.message}`);
  const quotePointers = bid !== undefined && ask !== undefined ? { bid, ask } : undefined;
  return run(target, output, signal, (dependencies) =>
    createHttpFeed(
      {
        ...rest,
        ...(quotePointers && { quotePointers }),
        ...(polls !== undefined && { maxPolls: polls }),
        clock: systemClock,
        client,
      },
      dependencies,
    ),
  );
}

/** Runs a feed to its end or the signal; 1 when nothing was taken and something went wrong. */
async function run(
  target: FeedTarget,
  output: Output,
  signal: AbortSignal,
  open: (dependencies: DeliveryDependencies) => Feed,
): Promise<number> {
  const oracle = await connect(target);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const feed = open({
    port: oracle.port,
    pause: systemPause,
    reporter: {
      submitted: () => undefined,
      refused: ({ reason, message, observation }) =>
        say(`${observation.publisher} ${observation.assetId} refused: ${reason}: ${message}`),
      failed: ({ reason, message, retryMillis }) =>
        say(`${reason}: ${message}${retryMillis > 0 ? `; again in ${retryMillis} ms` : ''}`),
    },
  });
  try {
    const counts = await feed.run(signal);
    output.line(output.json ? toJson({ feed: feed.name, ...counts }) : summary(counts));
    return counts.acceptedCount === 0 && counts.refusedCount + counts.errorCount > 0 ? 1 : 0;
  } finally {
    oracle.close();
  }
}

function summary(counts: FeedCounts): string {
  const { acceptedCount, ignoredCount, refusedCount, errorCount } = counts;
  return `${acceptedCount} accepted, ${ignoredCount} ignored, ${refusedCount} refused, ${errorCount} errors`;
}

/** A client for each publisher, with credentials of its own. */
async function connect(target: FeedTarget): Promise<{ port: SubmitPort; close: () => void }> {
  const { address, token } = target;
  const tokenOf =
    token === undefined ? await developmentTokens(target.dataFolder) : (): string => token;
  const open = (publisher: string) =>
    createUserClient({
      definition: OracleServiceService,
      address,
      token: async () => tokenOf(publisher),
    });
  const clients = new Map<string, ReturnType<typeof open>>();
  const port = createSubmitPort((publisher) => {
    const client = clients.get(publisher) ?? open(publisher);
    clients.set(publisher, client);
    return client;
  });
  return {
    port,
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

async function developmentTokens(
  dataFolder: string,
): Promise<(publisher: string) => Promise<string>> {
  const keys = await ensureDevelopmentKeys(join(dataFolder, 'development-keys'));
  const issuer = createTokenIssuer({
    key: { file: keys.privateKeyFile },
    issuer: 'trimtab-development',
    audience: 'trimtab',
  });
  return (subject) => issuer.issue({ subject, scopes: ['price:write'] });
}
