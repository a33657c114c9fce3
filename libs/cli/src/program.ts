import { Argument, Command, Option } from 'commander';
import { integerBetween } from './arguments.js';
import { runAudit } from './commands/audit.js';
import { addBacktestCommand } from './commands/backtest-program.js';
import { CONFORMANCE_KINDS, runConformance, type ConformanceKind } from './commands/conformance.js';
import { runDemo } from './commands/demo.js';
import { runDev } from './commands/dev.js';
import { addFeedCommands } from './commands/feed-program.js';
import { addPricesCommands } from './commands/prices-program.js';
import { runReplay } from './commands/replay.js';
import { runToken } from './commands/token.js';
import { runTrace, spanFolderOf } from './commands/trace.js';
import { runVerify } from './commands/verify.js';
import { runWatch } from './commands/watch.js';
import { createOutput, type Output } from './output.js';

const ORDERGEN = '127.0.0.1:50054';
const DATA_FOLDER = '.trimtab';
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** Options of commands that talk to a running service. */
interface RemoteOptions {
  readonly address: string;
  readonly token?: string;
}

/** The command line of trimtab; each command sets the exit code through `finish`. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('trimtab')
    .description('From a declared investment intent to trades that stay honest while they execute.')
    .option('--json', 'print JSON documents instead of tables');
  const output = (): Output => createOutput(program.opts<{ json?: boolean }>().json === true);
  const command = (name: string): Command =>
    program
      .command(name)
      .option('--json', 'print JSON documents instead of tables')
      .hook('preAction', (self, running) => {
        const asksJson = [self, running].some(
          (one) => one.opts<{ json?: boolean }>().json === true,
        );
        if (asksJson) program.setOptionValue('json', true);
      });

  command('demo')
    .description('two rebalances with failures and a roll, on real prices and embedded suites')
    .option('--export <folder>', 'write the bundle of each story into this folder')
    .action(async (options: { readonly export?: string }) =>
      finish(await runDemo(output(), options.export)),
    );

  command('dev')
    .description('run every service in this process; data is kept in a folder')
    .option('--data-folder <folder>', 'private PostgreSQL and development keys', DATA_FOLDER)
    .option('--intent-port <port>', 'port of the intent service, 0 for a free one', port, 50051)
    .option('--oracle-port <port>', 'port of the oracle', port, 50052)
    .option('--solver-port <port>', 'port of the solver', port, 50053)
    .option('--ordergen-port <port>', 'port of order generation and vaults', port, 50054)
    .option('--executor-port <port>', 'port of the executor (health only)', port, 50055)
    .option('--engine-port <port>', 'port of the strategy engine (health only)', port, 50056)
    .option('--gateway-port <port>', 'port of the REST gateway', port, 8080)
    .option('--metrics-port <port>', 'port of the metrics of all services', port, 9464)
    .addOption(
      new Option('--log-level <level>', 'what is logged').choices(LOG_LEVELS).default('warn'),
    )
    .action(async (options: DevFlags) =>
      finish(
        await runDev(
          {
            dataFolder: options.dataFolder,
            logLevel: options.logLevel,
            ports: {
              intent: options.intentPort,
              oracle: options.oraclePort,
              solver: options.solverPort,
              ordergen: options.ordergenPort,
              executor: options.executorPort,
              engine: options.enginePort,
              gateway: options.gatewayPort,
              metrics: options.metricsPort,
            },
          },
          output(),
        ),
      ),
    );

  command('token')
    .description('print a development token')
    .option('--data-folder <folder>', 'where the development keys are', DATA_FOLDER)
    .option('--subject <subject>', 'who the token is for', 'alice')
    .option('--scope <scope...>', 'what it allows', [
      'intent:write',
      'plan:write',
      'rebalance:write',
    ])
    .option('--lifetime-seconds <seconds>', 'how long it is valid', seconds, 3600)
    .action(async (options: TokenFlags) =>
      finish(await runToken({ ...options, scopes: options.scope }, output())),
    );

  const surroundings = { output, finish, dataFolder: DATA_FOLDER };
  addFeedCommands(
    command('feed').description('publish prices: a recording, or what an address says'),
    surroundings,
  );
  addBacktestCommand(command('backtest'), surroundings);
  addPricesCommands(command('prices').description('look at published prices'), surroundings);

  command('conformance')
    .description('run a vector file; the last line is "N passed, M failed"')
    .addArgument(new Argument('<kind>', 'what the file is for').choices(CONFORMANCE_KINDS))
    .argument('<file>', 'the vector file')
    .action((kind: ConformanceKind, file: string) => finish(runConformance(kind, file, output())));

  command('verify')
    .description('verify an exported rebalance from its file alone')
    .argument('<file>', 'the bundle')
    .action(async (file: string) => finish(await runVerify(file, output())));

  command('watch')
    .description('follow a rebalance to its end')
    .argument('<rebalance>', 'the id of the rebalance')
    .option('--address <host:port>', 'order generation', ORDERGEN)
    .option('--token <token>', 'bearer token; TRIMTAB_TOKEN by default')
    .option('--after-sequence <sequence>', 'resume after this event (default: 0)', sequence)
    .action(async (rebalanceId: string, options: RemoteOptions & { afterSequence?: bigint }) =>
      finish(
        await runWatch(
          { ...remote(options), rebalanceId, afterSequence: options.afterSequence ?? 0n },
          output(),
        ),
      ),
    );

  command('trace')
    .description('draw the trace of a rebalance as a tree, from the spans that trimtab dev kept')
    .argument('<id>', 'the id of the rebalance, or of the trace')
    .option('--data-folder <folder>', 'of trimtab dev', DATA_FOLDER)
    .option('--span-folder <folder>', 'where services keep their spans (SPAN_FOLDER)')
    .action(async (id: string, options: { dataFolder: string; spanFolder?: string }) => {
      const spanFolder = options.spanFolder ?? spanFolderOf(options.dataFolder);
      finish(await runTrace({ id, spanFolder }, output()));
    });

  command('replay')
    .description('fold a rebalance again and compare every hash')
    .argument('<rebalance>', 'the id of the rebalance')
    .option('--address <host:port>', 'order generation', ORDERGEN)
    .option('--token <token>', 'bearer token; TRIMTAB_TOKEN by default')
    .action(async (rebalanceId: string, options: RemoteOptions) =>
      finish(await runReplay({ ...remote(options), rebalanceId }, output())),
    );

  command('audit')
    .description('recompute every balance of every vault from its ledger')
    .option('--database-url <url>', 'PostgreSQL; DATABASE_URL by default, else that of trimtab dev')
    .option('--schema <schema>', 'of order generation', 'ordergen')
    .option('--data-folder <folder>', 'of trimtab dev', DATA_FOLDER)
    .action(async (options: AuditFlags) => {
      const databaseUrl = options.databaseUrl ?? process.env['DATABASE_URL'];
      const { schema, dataFolder } = options;
      const target = { schema, dataFolder, ...(databaseUrl !== undefined && { databaseUrl }) };
      finish(await runAudit(target, output()));
    });
  return program;
}

interface AuditFlags {
  readonly databaseUrl?: string;
  readonly schema: string;
  readonly dataFolder: string;
}

interface DevFlags {
  readonly dataFolder: string;
  readonly logLevel: string;
  readonly intentPort: number;
  readonly oraclePort: number;
  readonly solverPort: number;
  readonly ordergenPort: number;
  readonly executorPort: number;
  readonly enginePort: number;
  readonly gatewayPort: number;
  readonly metricsPort: number;
}

interface TokenFlags {
  readonly dataFolder: string;
  readonly subject: string;
  readonly scope: readonly string[];
  readonly lifetimeSeconds: number;
}

function remote(options: RemoteOptions): { address: string; token: string } {
  return { address: options.address, token: options.token ?? process.env['TRIMTAB_TOKEN'] ?? '' };
}

const port = integerBetween(0, 65_535);
const seconds = integerBetween(1, 86_400);

function sequence(text: string): bigint {
  return BigInt(integerBetween(0, Number.MAX_SAFE_INTEGER)(text));
}
