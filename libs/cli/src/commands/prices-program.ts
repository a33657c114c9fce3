import type { Command } from 'commander';
import type { Instant } from '@trimtab/core';
import { integerBetween, time } from '../arguments.js';
import type { Surroundings } from './feed-program.js';
import { runPricesChart, type ChartLimits, type ChartSource } from './prices.js';

interface ChartFlags {
  readonly file?: string;
  readonly quorum?: number;
  readonly maxAgeSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly deviationBps?: number;
  readonly address: string;
  readonly token?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly points: number;
  readonly output?: string;
}

/** Adds `chart` to `trimtab prices`. */
export function addPricesCommands(
  prices: Command,
  { output, finish }: Pick<Surroundings, 'output' | 'finish'>,
): void {
  const bps = integerBetween(1, 10_000);
  const seconds = integerBetween(1, 31_536_000);
  prices
    .command('chart')
    .description('draw published prices, their confidence and states as SVG')
    .argument('<asset>', 'the asset')
    .option('--file <file>', 'a recording (as of trimtab feed csv) played through the rules')
    .option('--quorum <count>', 'with --file: least publishers', integerBetween(1, 1000))
    .option('--max-age-seconds <s>', 'with --file: how long an observation counts', seconds)
    .option('--heartbeat-seconds <s>', 'with --file: published at least this often', seconds)
    .option('--deviation-bps <bps>', 'with --file: published on a move of this much', bps)
    .option('--address <host:port>', 'the oracle', '127.0.0.1:50052')
    .option('--token <token>', 'bearer token; TRIMTAB_TOKEN by default')
    .option('--from <time>', 'of an oracle: first time, RFC 3339 UTC (a day before --to)', time)
    .option('--to <time>', 'of an oracle: last time (now)', time)
    .option('--points <count>', 'of an oracle: times asked for', integerBetween(2, 5000), 289)
    .option('--output <file>', 'where the SVG is written; the terminal by default')
    .option('--json', 'print JSON documents instead of tables')
    .action(async (assetId: string, flags: ChartFlags) =>
      finish(await runPricesChart(assetId, sourceOf(flags), flags.output, output())),
    );
}

function sourceOf(flags: ChartFlags): ChartSource {
  if (flags.file === undefined) {
    const token = flags.token ?? process.env['TRIMTAB_TOKEN'] ?? '';
    const { address, from, to, points: pointCount } = flags;
    return { kind: 'ORACLE', address, token, from, to, pointCount };
  }
  const { quorum, maxAgeSeconds, heartbeatSeconds, deviationBps } = flags;
  const limits: Partial<ChartLimits> = {
    ...(quorum !== undefined && { quorumCount: quorum }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
    ...(deviationBps !== undefined && { deviationBps }),
  };
  return { kind: 'RECORDING', file: flags.file, limits };
}
