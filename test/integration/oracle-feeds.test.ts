import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { createProgram } from '@trimtab/cli';
import { Observation_Kind, OracleServiceService, Price_State } from '@trimtab/contracts/oracle';
import { instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import {
  createAuthenticator,
  createTokenIssuer,
  createUserClient,
  ensureDevelopmentKeys,
} from '@trimtab/grpc';
import { systemClock } from '@trimtab/lifecycle';
import {
  composeOracle,
  createReplayPublisher,
  createSubmitPort,
  playThroughRules,
  type OracleTables,
} from '@trimtab/oracle';
import { silentLogger } from '@trimtab/telemetry';
import { campaignCount, testDatabase } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dayAsset, readDay } from '../golden/price-day.js';
import { asset, createOracleWorld, register, SETTINGS, type OracleClient } from './oracle-world.js';

/** Feeds against a real oracle: the command line, and the hour of the recorded day around noon. */

const STATES = {
  HEALTHY: Price_State.STATE_HEALTHY,
  STALE: Price_State.STATE_STALE,
  NO_QUORUM: Price_State.STATE_NO_QUORUM,
  HALTED: Price_State.STATE_HALTED,
} as const;

/** An oracle on loopback that trusts the development key of a folder, as `trimtab dev` runs it. */
async function startDevelopmentOracle() {
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-feed-'));
  const keys = await ensureDevelopmentKeys(join(dataFolder, 'development-keys'));
  const names = { issuer: 'trimtab-development', audience: 'trimtab' };
  const database = await testDatabase<OracleTables>('oracle');
  const oracle = composeOracle(SETTINGS, {
    clock: systemClock,
    database,
    authenticator: createAuthenticator({ jwks: { file: keys.jwksFile }, ...names }),
    logger: silentLogger(),
  });
  await oracle.start();
  const issuer = createTokenIssuer({ key: { file: keys.privateKeyFile }, ...names });
  const client = createUserClient({
    definition: OracleServiceService,
    address: oracle.address,
    token: await issuer.issue({ subject: 'operator', scopes: ['admin'] }),
  });
  return {
    dataFolder,
    client,
    issuer,
    address: oracle.address,
    async stop() {
      client.close();
      await oracle.stop();
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

describe('trimtab feed', () => {
  let oracle: Awaited<ReturnType<typeof startDevelopmentOracle>>;
  beforeAll(async () => {
    oracle = await startDevelopmentOracle();
    for (const assetId of ['BTC', 'ETH', 'LTC']) {
      await oracle.client.registerAsset({
        requestId: '',
        asset: asset({ assetId, quorumCount: 1 }),
      });
    }
  });
  afterAll(() => oracle.stop());

  /** Runs the command line; gives the exit code and what was written. */
  async function trimtab(...words: string[]): Promise<{ code: number; out: string; err: string }> {
    const written = { out: '', err: '' };
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.out += String(text);
      return true;
    });
    const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.err += String(text);
      return true;
    });
    let code = -1;
    const folder = words[0] === 'feed' ? ['--data-folder', oracle.dataFolder] : [];
    const target = ['--address', oracle.address, ...folder];
    try {
      const program = createProgram((given) => {
        code = given;
      });
      await program.parseAsync(['node', 'trimtab', ...words, ...target]);
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
    return { code, ...written };
  }

  async function priceOf(assetId: string) {
    const answer = await oracle.client.getPrice({ assetId, readTime: undefined });
    return { ...answer.price, quotes: answer.quotes };
  }

  function recording(...lines: string[]): string {
    const file = join(oracle.dataFolder, `${lines.length}-${lines[0]?.length ?? 0}.csv`);
    writeFileSync(file, lines.join('\n'));
    return file;
  }

  it('csv: replays a recording of venues as prices of now, each venue as its own publisher', async () => {
    const file = recording(
      'minute,alpha,beta',
      '2022-12-13T00:00:00Z,100.10,100.20',
      '2022-12-13T00:01:00Z,100.30,100.40',
    );
    const ran = await trimtab('feed', 'csv', file, '--asset', 'BTC', '--speed', '6000', '--json');
    expect(JSON.parse(ran.out)).toEqual({
      feed: file,
      acceptedCount: 4,
      ignoredCount: 0,
      refusedCount: 0,
      errorCount: 0,
    });
    expect([ran.code, ran.err]).toEqual([0, '']);
    const price = await priceOf('BTC');
    expect([price.priceDecimal, price.state]).toEqual(['100.4', Price_State.STATE_HEALTHY]);
    expect(price.publishers).toEqual(['alpha', 'beta']);
  });

  it('prices chart: draws what the oracle published', async () => {
    const token = await oracle.issuer.issue({ subject: 'reader', scopes: [] });
    const { publishTime } = await priceOf('BTC');
    const to = publishTime?.toISOString() ?? '';
    const from = new Date((publishTime?.getTime() ?? 0) - 3_600_000).toISOString();
    const words = ['--token', token, '--from', from, '--to', to, '--points', '4', '--json'];
    const ran = await trimtab('prices', 'chart', 'BTC', ...words);
    const drawn = JSON.parse(ran.out) as {
      svg: string;
      venues: string[];
      states: { state: string }[];
    };
    expect(ran.code).toBe(0);
    expect(drawn.venues).toEqual(['alpha', 'beta']);
    expect([drawn.svg.includes('>alpha<'), drawn.svg.includes('>beta<')]).toEqual([true, true]);
    // Nothing was published an hour ago; the last of the four times is that of the price.
    expect(drawn.states.map(({ state }) => state)).toEqual(['NO_QUORUM', 'HEALTHY']);
    expect(drawn.svg).toContain('published price');
  });

  it('csv: with the token of one publisher, only its column', async () => {
    const file = recording('minute,first,second', '2022-12-13T00:00:00Z,5,6');
    const token = await oracle.issuer.issue({ subject: 'holder', scopes: ['price:write'] });
    const words = ['feed', 'csv', file, '--asset', 'LTC', '--token', token];
    await expect(trimtab(...words)).rejects.toThrow('a token speaks for one publisher');
    expect((await trimtab(...words, '--publisher', 'second')).code).toBe(0);
    const price = await priceOf('LTC');
    expect([price.priceDecimal, price.publishers]).toEqual(['6', ['holder']]);
  });

  it('csv: ends with an error when nothing was taken', async () => {
    const file = recording('minute,alpha', '2022-12-13T00:00:00Z,5');
    const ran = await trimtab('feed', 'csv', file, '--asset', 'NONE');
    expect([ran.code, ran.out]).toEqual([1, '0 accepted, 0 ignored, 1 refused, 0 errors\n']);
    expect(ran.err).toContain('alpha NONE refused: ASSET_NOT_FOUND');
  });

  it('http: asks an address and publishes its price and its quote', async () => {
    const server = createServer((_, response) =>
      response.end('{"ticker": {"last": 1234.560000000000000001, "b": "1234.5", "a": "1234.70"}}'),
    );
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const words = [
      'feed',
      'http',
      `http://127.0.0.1:${port}/ticker`,
      '--asset',
      'ETH',
      '--polls',
      '2',
    ];
    const pointers = ['/ticker/last', '/ticker/b', '/ticker/a'];
    try {
      await expect(trimtab(...words)).rejects.toThrow('ADDRESS_REFUSED');
      const ran = await trimtab(
        ...words,
        ...['--allow-private', '127.0.0.1', '--interval-millis', '100', '--publisher', 'exchange'],
        ...['--price-pointer', pointers[0] ?? ''],
        ...['--bid-pointer', pointers[1] ?? '', '--ask-pointer', pointers[2] ?? ''],
      );
      expect([ran.code, ran.out, ran.err]).toEqual([
        0,
        '4 accepted, 0 ignored, 0 refused, 0 errors\n',
        '',
      ]);
    } finally {
      server.close();
    }
    const price = await priceOf('ETH');
    expect([price.priceDecimal, price.publishers]).toEqual([
      '1234.560000000000000001',
      ['exchange'],
    ]);
    expect(price.quotes.map((one) => [one.kind, one.bidDecimal, one.askDecimal])).toEqual([
      [Observation_Kind.KIND_QUOTE, '1234.5', '1234.7'],
    ]);
  });
});

describe('the recorded day in the real service', () => {
  const halfMinutes = campaignCount(15, 720);
  it.each([3, 4])(
    `with a quorum of %i says what the rules say, after each minute of ${halfMinutes} before and after noon`,
    async (quorum) => {
      const noon = Date.parse('2022-12-13T12:00:00Z');
      const [from, until] = [noon - halfMinutes * 60_000, noon + halfMinutes * 60_000];
      const ticks = readDay().filter(({ time }) => time >= from && time <= until);
      const played = playThroughRules(dayAsset(quorum), ticks, 'AFTER_EACH_TICK');
      const world = await createOracleWorld();
      try {
        world.clock.set(instant(from));
        const { assetId, maxAgeSeconds, heartbeatSeconds, deviationBps } = dayAsset(quorum);
        const limits = { maxAgeSeconds, heartbeatSeconds, deviationBps, quorumCount: quorum };
        await register(world, { assetId, ...limits });
        const clients = new Map<string, OracleClient>();
        for (const { publisher } of ticks[0]?.observations ?? []) {
          clients.set(publisher, await world.client(publisher, ['price:write']));
        }
        const port = createSubmitPort((publisher) => {
          const client = clients.get(publisher);
          if (client === undefined) throw new Error(publisher);
          return client;
        });
        const replay = createReplayPublisher(ticks, port);
        for (const { time } of ticks) {
          world.clock.set(time);
          const { refusals } = await replay.advanceTo(time);
          expect(refusals).toEqual([]);
          const { price } = await world.reader.getPrice({ assetId, readTime: undefined });
          const standing = played.filter((change) => change.time <= time).at(-1);
          const { publication } = standing ?? {};
          expect({
            time,
            state: price?.state,
            price: price?.priceDecimal,
            confidence: price?.confidenceDecimal,
            publishers: price?.publishers,
          }).toEqual({
            time,
            state: standing && STATES[standing.state],
            price: publication && formatDecimal(publication.price),
            confidence: publication && formatDecimal(publication.confidence),
            publishers: publication?.publishers,
          });
        }
        const { price } = await world.reader.getPrice({ assetId, readTime: undefined });
        expect(price?.state).toBe(
          quorum === 3 ? Price_State.STATE_HEALTHY : Price_State.STATE_NO_QUORUM,
        );
      } finally {
        await world.close();
      }
    },
    600_000,
  );
});
