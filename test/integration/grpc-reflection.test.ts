import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Observation } from '@trimtab/contracts/oracle';
import { DESCRIPTOR_FILES } from '@trimtab/contracts/descriptors';
import {
  ServerReflectionAlphaService,
  ServerReflectionRequest,
  ServerReflectionResponse,
  ServerReflectionService,
} from '@trimtab/contracts/reflection';
import { Client, credentials } from '@grpc/grpc-js';
import type { GrpcServer } from '@trimtab/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGrpcWorld, type GrpcWorld } from './grpc-world.js';

const SERVICE = 'trimtab.oracle.v1.OracleService';
const NAMES = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
  SERVICE,
];

let world: GrpcWorld;
let server: GrpcServer;

beforeAll(async () => {
  world = await createGrpcWorld();
  server = await world.serve({
    handlers: {
      GetPrice: async ({ assetId, readTime }) => ({
        price: undefined,
        quotes: [
          Observation.fromPartial({
            publisher: 'last',
            assetId,
            priceDecimal: '6795.29',
            sequence: 9_007_199_254_740_993n,
            observeTime: readTime,
          }),
        ],
      }),
    },
  });
});
afterAll(() => world.close());

async function curl(...args: readonly string[]): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const buf = join(root, 'node_modules/.bin/buf');
  const options = ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', ...args];
  const { stdout } = await promisify(execFile)(buf, options, { cwd: root });
  return stdout;
}

describe('buf curl by reflection', () => {
  const base = (): string => `http://${server.address}`;

  it('lists the services', async () => {
    expect((await curl('--list-services', base())).trim().split('\n')).toEqual(
      expect.arrayContaining([SERVICE]),
    );
  });

  it('lists the methods', async () => {
    expect(await curl('--list-methods', base())).toContain(`${SERVICE}/GetPrice`);
  });

  it.each(['grpc-v1', 'grpc-v1alpha'])(
    'calls a method with messages found by %s',
    async (protocol) => {
      const output = await curl(
        ...['--reflect-protocol', protocol],
        ...['-H', `Authorization: Bearer ${await world.token()}`],
        ...['-d', '{"asset_id":"WBTC","read_time":"2018-04-04T00:00:00Z"}'],
        `${base()}/${SERVICE}/GetPrice`,
      );
      expect(JSON.parse(output)).toEqual({
        quotes: [
          expect.objectContaining({
            assetId: 'WBTC',
            priceDecimal: '6795.29',
            sequence: '9007199254740993',
            observeTime: '2018-04-04T00:00:00Z',
          }),
        ],
      });
    },
  );

  it('shows the reason of a refusal', async () => {
    const call = curl('-d', '{}', `${base()}/${SERVICE}/GetPrice`);
    await expect(call).rejects.toMatchObject({
      stderr: expect.stringContaining('"unauthenticated"') as string,
    });
    await expect(call).rejects.toMatchObject({
      stderr: expect.stringContaining('google.rpc.ErrorInfo') as string,
    });
  });
});

/** Asks one question over v1 or v1alpha. */
function ask(
  service: typeof ServerReflectionService | typeof ServerReflectionAlphaService,
  question: ServerReflectionRequest['messageRequest'],
  encode = (request: ServerReflectionRequest) =>
    Buffer.from(ServerReflectionRequest.encode(request).finish()),
): Promise<ServerReflectionResponse['messageResponse']> {
  const client = new Client(server.address, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(service.serverReflectionInfo.path, encode, (bytes) =>
    ServerReflectionResponse.decode(bytes),
  );
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', (response: ServerReflectionResponse) => {
      resolve(response.messageResponse);
      stream.end();
      client.close();
    });
    stream.write({ host: 'x', messageRequest: question });
  });
}

describe.each([
  ['v1', ServerReflectionService],
  ['v1alpha', ServerReflectionAlphaService],
])('reflection %s', (_version, service) => {
  it('names the served services', async () => {
    expect(await ask(service, { $case: 'listServices', value: '' })).toEqual({
      $case: 'listServicesResponse',
      value: { service: NAMES.map((name) => ({ name })) },
    });
  });

  it.each<ServerReflectionRequest['messageRequest']>([
    { $case: 'fileContainingSymbol', value: SERVICE },
    { $case: 'fileContainingSymbol', value: `${SERVICE}.GetPrice` },
    { $case: 'fileContainingSymbol', value: 'trimtab.oracle.v1.GetPriceRequest.asset_id' },
    { $case: 'fileByFilename', value: 'trimtab/oracle/v1/oracle_service.proto' },
  ])('answers with the exact bytes of the file and its imports: %o', async (question) => {
    const answer = await ask(service, question);
    if (answer?.$case !== 'fileDescriptorResponse') throw new Error('no files');
    const sent = answer.value.fileDescriptorProto;
    const known = DESCRIPTOR_FILES.map(({ bytes }) => Buffer.from(bytes));
    expect(sent.every((file) => known.some((bytes) => bytes.equals(file)))).toBe(true);
    const first = DESCRIPTOR_FILES.find(({ bytes }) => sent[0]?.equals(bytes));
    expect(first?.name).toBe('trimtab/oracle/v1/oracle_service.proto');
    expect(sent.length).toBeGreaterThan(first?.dependencies.length ?? Infinity);
  });

  it('finds extensions by number', async () => {
    const extendee = 'google.protobuf.FieldOptions';
    const numbers = await ask(service, { $case: 'allExtensionNumbersOfType', value: extendee });
    expect(numbers).toMatchObject({ value: { baseTypeName: extendee, extensionNumber: [1052] } });
    const value = { containingType: extendee, extensionNumber: 1052 };
    expect(await ask(service, { $case: 'fileContainingExtension', value })).toMatchObject({
      $case: 'fileDescriptorResponse',
    });
  });

  it.each<[ServerReflectionRequest['messageRequest'], number]>([
    [{ $case: 'fileContainingSymbol', value: 'trimtab.Nothing' }, 5],
    [{ $case: 'fileByFilename', value: 'nothing.proto' }, 5],
    [{ $case: 'allExtensionNumbersOfType', value: 'trimtab.Nothing' }, 5],
    [undefined, 3],
  ])('answers an error to %o', async (question, errorCode) => {
    expect(await ask(service, question)).toMatchObject({
      $case: 'errorResponse',
      value: { errorCode },
    });
  });

  it('answers an error to bytes that are no question', async () => {
    expect(await ask(service, undefined, () => Buffer.from([0x0f]))).toMatchObject({
      $case: 'errorResponse',
    });
  });
});
