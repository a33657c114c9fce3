import { randomUUID } from 'node:crypto';
import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import {
  CreateIntentFromTemplateRequest,
  IntentServiceService,
  IntentType,
} from '@trimtab/contracts/intent';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { isReason } from '@trimtab/contracts/reasons';
import { ErrorInfo, Status } from '@trimtab/contracts/rpc';
import { SolverServiceService } from '@trimtab/contracts/solver';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { SCOPES } from '@trimtab/grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const METHODS = [
  ['intent', IntentServiceService],
  ['oracle', OracleServiceService],
  ['solver', SolverServiceService],
  ['ordergen', OrderGenServiceService],
  ['ordergen', VaultServiceService],
].flatMap(([service, definition]) =>
  Object.values(definition as Record<string, { path: string; responseStream: boolean }>).map(
    ({ path, responseStream }) => ({ service: service as 'intent', path, responseStream }),
  ),
);
/** Methods that need no token (rpc rules, authentication). */
const PUBLIC = new Set(['/trimtab.intent.v1.IntentService/ListTemplates']);
const EXPECTED_REFUSALS: readonly status[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
];

interface Answer {
  readonly code: status;
  readonly message: string;
  readonly reasons: readonly string[];
}

describe('every method of every service', () => {
  let world: World;
  let everything: string;
  const clients = new Map<string, Client>();

  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 1 });
    everything = await world.suite.tokenIssuer.issue({ subject: 'eve', scopes: SCOPES });
    for (const name of ['intent', 'oracle', 'solver', 'ordergen'] as const) {
      clients.set(name, new Client(world.suite.addresses[name], credentials.createInsecure()));
    }
    // Who watches intents is told those of now first: without one there would be nothing to tell.
    await world.owner.intent.createIntentFromTemplate(
      CreateIntentFromTemplateRequest.fromPartial({
        requestId: randomUUID(),
        type: IntentType.INTENT_TYPE_TREASURY,
        collateral: { assetId: 'USDC', amountDecimal: '100' },
        ticker: 'BTC/USDC',
      }),
    );
  });

  afterAll(async () => {
    for (const client of clients.values()) client.close();
    await world.end();
  });

  const call = (
    method: (typeof METHODS)[number],
    body: Uint8Array,
    token?: string,
  ): Promise<Answer> => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const client = clients.get(method.service);
    if (client === undefined) throw new Error(`no client of ${method.service}`);
    const identity = (bytes: Buffer): Buffer => bytes;
    const deadline = { deadline: Date.now() + 5_000 };
    return new Promise((resolve) => {
      const answer = (error: ServiceError | null): void => resolve(toAnswer(error));
      if (!method.responseStream) {
        client.makeUnaryRequest(
          method.path,
          identity,
          identity,
          Buffer.from(body),
          metadata,
          deadline,
          answer,
        );
        return;
      }
      const stream = client.makeServerStreamRequest(
        method.path,
        identity,
        identity,
        Buffer.from(body),
        metadata,
        deadline,
      );
      // A stream that tells something has answered; one that watches has no end of its own.
      stream.on('data', () => {
        answer(null);
        stream.cancel();
      });
      stream.on('error', (error: ServiceError) => answer(error));
      stream.on('end', () => answer(null));
    });
  };

  it.each(METHODS)('$path refuses an empty request precisely, or answers it', async (method) => {
    const answer = await call(method, new Uint8Array(), everything);
    if (answer.code === status.OK) return;
    expect(EXPECTED_REFUSALS).toContain(answer.code);
    expect(answer.reasons).toHaveLength(1);
    expect(isReason(answer.reasons[0] ?? '')).toBe(true);
    if (answer.code === status.UNIMPLEMENTED) {
      expect(answer.message).toContain(method.path.split('/').at(-1));
    }
  });

  it.each(METHODS)('$path asks for a token', async (method) => {
    const answer = await call(method, new Uint8Array());
    expect(answer.code === status.UNAUTHENTICATED).toBe(!PUBLIC.has(method.path));
  });

  it.each(METHODS)(
    '$path takes garbage for what it is: a mistake of the caller',
    async (method) => {
      // Field 1, length-delimited, longer than the message.
      const answer = await call(method, Uint8Array.of(0x0a, 0xff, 0xff, 0x03, 0x01), everything);
      expect([status.INVALID_ARGUMENT, status.UNIMPLEMENTED]).toContain(answer.code);
    },
  );
});

function toAnswer(error: ServiceError | null): Answer {
  if (error === null) return { code: status.OK, message: '', reasons: [] };
  const [details] = error.metadata.get('grpc-status-details-bin');
  const decoded = details === undefined ? undefined : Status.decode(Buffer.from(details));
  const infos = (decoded?.details ?? []).filter(({ typeUrl }) =>
    typeUrl.endsWith('google.rpc.ErrorInfo'),
  );
  return {
    code: error.code,
    message: error.details,
    reasons: infos.map(({ value }) => ErrorInfo.decode(value).reason),
  };
}
