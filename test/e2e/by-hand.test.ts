import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const run = promisify(execFile);
const BUF = 'node_modules/.bin/buf';

/** One call of each service that a person would try first. */
const CALLS = [
  ['intent', 'trimtab.intent.v1.IntentService', 'ListTemplates', '{}', 'Treasury Management'],
  ['oracle', 'trimtab.oracle.v1.OracleService', 'GetPrice', '{"assetId":"WBTC"}', 'STATE_HEALTHY'],
  ['solver', 'trimtab.solver.v1.SolverService', 'ListStrategies', '{}', '{'],
  ['ordergen', 'trimtab.ordergen.v1.OrderGenService', 'ListRebalances', '{}', '{'],
  ['ordergen', 'trimtab.vault.v1.VaultService', 'ListVaults', '{}', '{'],
  ['executor', 'grpc.health.v1.Health', 'Check', '{}', 'SERVING'],
] as const;

describe('calling by hand, by reflection', () => {
  let world: World;
  let token: string;
  let grpcurl: string | undefined;

  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 2 });
    token = await world.suite.tokenIssuer.issue({
      subject: 'alice',
      scopes: ['intent:write', 'admin'],
    });
    grpcurl = await run('sh', ['-c', 'command -v grpcurl || true']).then(
      ({ stdout }) => stdout.trim() || undefined,
    );
  });

  afterAll(() => world.end());

  it.each(CALLS)('buf curl drives %s: %s/%s', async (service, name, method, body, expected) => {
    const base = `http://${world.suite.addresses[service]}`;
    const options = ['curl', '--http2-prior-knowledge', '--protocol', 'grpc'];
    const listed = await run(BUF, [...options, base, '--list-services']);
    expect(listed.stdout).toContain(name);
    const called = await run(BUF, [
      ...options,
      ...['-H', `authorization: Bearer ${token}`, '-d', body, '--emit-defaults'],
      `${base}/${name}/${method}`,
    ]);
    expect(called.stdout).toContain(expected);
  });

  it('grpcurl drives each service too, where it is present', async () => {
    for (const [service, name, method, body, expected] of grpcurl === undefined ? [] : CALLS) {
      const { stdout } = await run(grpcurl ?? '', [
        '-plaintext',
        ...['-H', `authorization: Bearer ${token}`, '-emit-defaults', '-d', body],
        world.suite.addresses[service],
        `${name}/${method}`,
      ]);
      expect(stdout).toContain(expected);
    }
  });

  it('buf curl shows the reason of a refusal', async () => {
    const failure = run(BUF, [
      ...['curl', '--http2-prior-knowledge', '--protocol', 'grpc'],
      ...['-H', `authorization: Bearer ${token}`, '-d', '{"assetId":"NOPE"}'],
      `http://${world.suite.addresses.oracle}/trimtab.oracle.v1.OracleService/GetPrice`,
    ]);
    await expect(failure).rejects.toThrow(/ASSET_NOT_FOUND|NOPE/);
  });
});
