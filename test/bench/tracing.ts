import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { rounded, atLeast } from './bench-row.js';
import type { Round } from './tracing-world.js';

/**
 * What tracing costs: rebalances per second with spans exported to a collector against none, two
 * suites in turn in one run, so that what else the machine does slows both. The share of the traces
 * that is recorded is the argument, by default that of every process.
 */
const ROUNDS = 12;
const REBALANCES = 30;
const ratio = process.argv[2] ?? '0.1';

const collector = await startCollector();
const sides = { off: await startSide(''), on: await startSide(collector.endpoint) };
const rounds: { off: Round; on: Round }[] = [];
try {
  for (const child of Object.values(sides)) await run(child, REBALANCES);
  for (let index = 0; index < ROUNDS; index += 1) {
    // Whoever goes second may find a busier machine: they take turns.
    const first = index % 2 === 0 ? 'off' : 'on';
    const one = await run(sides[first], REBALANCES);
    const other = await run(sides[first === 'off' ? 'on' : 'off'], REBALANCES);
    rounds.push(first === 'off' ? { off: one, on: other } : { off: other, on: one });
  }
} finally {
  for (const child of Object.values(sides)) {
    if (child.exitCode !== null) continue;
    child.send(0);
    await once(child, 'exit');
  }
  collector.stop();
}

const throughput = median(rounds.map(({ off, on }) => on.perSecond / off.perSecond));
const side = (name: 'off' | 'on'): string => {
  const perSecond = rounded(median(rounds.map((round) => round[name].perSecond)));
  return `${perSecond}/s, ${rounded(median(rounds.map((round) => round[name].processorMs)))} ms of processor time each`;
};
const row = atLeast(0.9, {
  name: `rebalances per second with tracing, share of traces ${ratio}`,
  measured: side('on'),
  floor: `without: ${side('off')}`,
  ratio: throughput,
});
console.table([row]);
console.log(JSON.stringify({ bench: 'tracing', rows: [row], exports: collector.exports() }));

async function startSide(endpoint: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./tracing-world.ts', import.meta.url));
  const child = fork(file, [endpoint, ratio], { execArgv: process.execArgv });
  await once(child, 'message');
  return child;
}

async function run(child: ChildProcess, count: number): Promise<Round> {
  child.send(count);
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a side ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as Round);
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Takes every export and keeps none. */
async function startCollector(): Promise<{
  readonly endpoint: string;
  exports(): number;
  stop(): void;
}> {
  let count = 0;
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: Buffer) => value,
        requestDeserialize: (value: Buffer) => value,
        responseSerialize: (value: Buffer) => value,
        responseDeserialize: (value: Buffer) => value,
      },
    },
    {
      export: (_call: unknown, callback: (error: null, value: Buffer) => void) => {
        count += 1;
        callback(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    exports: () => count,
    stop: () => server.forceShutdown(),
  };
}
