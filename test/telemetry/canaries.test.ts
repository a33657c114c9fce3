import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Metadata, credentials, type ServiceError } from '@grpc/grpc-js';
import { fetchBundle, tellTargetWeightsStory } from '@trimtab/cli';
import { SCOPES } from '@trimtab/grpc';
import { createLogger, metricsText, startTelemetry, type Telemetry } from '@trimtab/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../e2e/world.js';
import { canaryRequests, requestTypes } from './canaries.js';

const CANARY = 'c4n4ry';
/** A secret in every form that is known as one. */
const SECRET = `Bearer ${CANARY}1 eyJ${CANARY}2.eyJ${CANARY}.x postgres://u:${CANARY}3@h/d password=${CANARY}4`;
const SERVICES = [
  ['trimtab.intent.v1.IntentService', 'intent'],
  ['trimtab.oracle.v1.OracleService', 'oracle'],
  ['trimtab.solver.v1.SolverService', 'solver'],
  ['trimtab.ordergen.v1.OrderGenService', 'ordergen'],
  ['trimtab.vault.v1.VaultService', 'ordergen'],
] as const;

/** One call with a secret in one field. */
interface Call {
  readonly service: (typeof SERVICES)[number][1];
  readonly path: string;
  readonly field: string;
  readonly body: Uint8Array;
}

const calls: readonly Call[] = [...requestTypes()].flatMap(([path, type]) => {
  const service = SERVICES.find(([name]) => path.startsWith(`/${name}/`))?.[1];
  if (service === undefined) return [];
  return canaryRequests(type, SECRET).map(({ field, body }) => ({ service, path, field, body }));
});

describe('a secret in any text of any request, and in the token', () => {
  let folder: string;
  let telemetry: Telemetry;
  let world: World;
  let bundle: string;
  let spans: string;
  let metrics: string;
  const logged: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-canaries-'));
    telemetry = startTelemetry({ serviceName: 'trimtab-test', spanFolder: folder });
    const output = { write: (line: string) => void logged.push(line) };
    const logger = createLogger({ service: 'test', level: 'debug', output });
    world = await startWorld({ bus: 'in-process', playedMinutes: 2, logger });
    const token = await world.suite.tokenIssuer.issue({ subject: 'eve', scopes: SCOPES });
    const clients = new Map(
      SERVICES.map(([, name]) => [
        name,
        new Client(world.suite.addresses[name], credentials.createInsecure()),
      ]),
    );
    for (const call of calls) {
      const client = clients.get(call.service);
      if (client !== undefined) errors.push(await errorOf(client, call, `Bearer ${token}`));
    }
    for (const [, client] of clients) {
      const [call] = calls.filter(({ service }) => clients.get(service) === client);
      if (call !== undefined) errors.push(await errorOf(client, call, SECRET));
    }
    const { rebalance } = await tellTargetWeightsStory(world.owner, world.output);
    bundle = await fetchBundle(world.owner, rebalance.rebalanceId);
    metrics = await metricsText();
    for (const client of clients.values()) client.close();
    await world.end();
    const files = await readdir(folder);
    spans = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('');
    errors.push(token);
  }, 300_000);

  afterAll(async () => {
    await telemetry.shutdown();
    await rm(folder, { recursive: true, force: true });
  });

  const tokenOfEve = (): string => errors.at(-1) ?? '';

  it('is put through every service, a hundred fields and more', () => {
    expect(calls.length).toBeGreaterThan(100);
    expect(new Set(calls.map(({ path }) => path)).size).toBeGreaterThan(40);
    // Most are refused, and a refusal says what was found.
    expect(errors.filter((error) => error.includes('[redacted]')).length).toBeGreaterThan(20);
  });

  it('is in no log line', () => {
    expect(logged.length).toBeGreaterThan(calls.length);
    expect(logged.filter((line) => line.includes(CANARY))).toEqual([]);
    expect(logged.filter((line) => line.includes(tokenOfEve()))).toEqual([]);
  });

  it('is in no span', () => {
    expect(spans.length).toBeGreaterThan(0);
    expect(spans.split('\n').filter((line) => line.includes(CANARY))).toEqual([]);
    expect(spans).not.toContain(tokenOfEve());
  });

  it('is in no metric', () => {
    expect(metrics).toContain('rpc_server_call_duration');
    expect(metrics.split('\n').filter((line) => line.includes(CANARY))).toEqual([]);
  });

  it('is in no error', () => {
    expect(errors.filter((error) => error.includes(CANARY))).toEqual([]);
  });

  it('is in no bundle', () => {
    expect(bundle.length).toBeGreaterThan(0);
    expect(bundle).not.toContain(CANARY);
    expect(bundle).not.toContain('eyJ');
  });
});

/** The whole answer of a failed call, details included; empty for one that did not fail. */
function errorOf(client: Client, call: Call, authorization: string): Promise<string> {
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    const stream = client.makeServerStreamRequest(
      call.path,
      identity,
      identity,
      Buffer.from(call.body),
      metadata,
      { deadline: Date.now() + 2_000 },
    );
    const done = (error: ServiceError | undefined): void => {
      if (error === undefined) resolve('');
      else {
        const details = error.metadata.get('grpc-status-details-bin').map(String).join('');
        resolve(`${error.message} ${error.details} ${details}`);
      }
    };
    // A unary method answers as a stream of one; one that watches has no end of its own.
    stream.on('data', () => {
      done(undefined);
      stream.cancel();
    });
    stream.on('error', (error: ServiceError) => done(error));
    stream.on('end', () => done(undefined));
  });
}
