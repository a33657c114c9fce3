import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectClients,
  registerRecordedAssets,
  tellSolverStory,
  tellTargetWeightsStory,
  type Output,
  type StoryReport,
  type SuiteClients,
} from '@trimtab/cli';
import { Asset } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import { systemClock } from '@trimtab/lifecycle';
import { campaignCount, isCampaign } from '@trimtab/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTopology, type Topology } from '../topology/topology.js';
import { publishNow, RECORDED_PRICES } from '../topology/prices.js';
import { runOf, type Moment } from './crash-run.js';
import { ASSETS, begin, LONGS, SCRIPT } from './crash-stories.js';

const PREFIX = 'topology';
const QUIET: Output = { json: true, line: () => undefined };
/** The demo's failures, for its assets alone. */
const DEMO_SCRIPT = [
  { assetId: 'WBTC', direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
  { assetId: 'LTC', direction: 'INCREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
];
/** One in the short form, ten in the long one: every kind of process and server. */
const KILLS: readonly (readonly [target: string, moment: Moment])[] = [
  ['ordergen-1', { index: 1, what: 'dispatched' }],
  ...(isCampaign()
    ? ([
        ['nats-0', { index: 0, what: 'dispatched' }],
        ['ordergen-2', { index: 2, what: 'executed' }],
        ['executor-1', { index: 0, what: 'accepted' }],
        ['nats-1', { index: 2, what: 'accepted' }],
        ['nats-2', { index: 1, what: 'applied' }],
        ['PostgreSQL', { index: 1, what: 'executed' }],
        ['oracle-1', { index: 2, what: 'dispatched' }],
        ['intent-2', { index: 0, what: 'applied' }],
        ['engine-1', { index: 1, what: 'accepted' }],
      ] as const)
    : []),
];

describe("production's topology on one machine", () => {
  let folder: string;
  let topology: Topology;
  let pool: pg.Pool;
  let operator: SuiteClients;
  let owner: SuiteClients;
  let undisturbed: string;
  let hits = 0;
  const closing: (() => void)[] = [];
  const connect = (subject: string, ...scopes: readonly string[]): SuiteClients => {
    const clients = connectClients(topology, subject, scopes);
    closing.push(() => clients.close());
    return clients;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-topology-'));
    topology = await startTopology({
      folder,
      fixedPorts: false,
      schemaPrefix: PREFIX,
      environment: {
        PAPER_SCRIPT: JSON.stringify([...SCRIPT, ...DEMO_SCRIPT]),
        PAPER_MAX_SLIPPAGE_BPS: '0',
        REDISPATCH_AFTER_MILLIS: '400',
        LOG_LEVEL: 'warn',
      },
    });
    pool = new pg.Pool({ connectionString: topology.connectionString, max: 2 });
    // Idle connections die with the server; the next query opens another.
    pool.on('error', () => undefined);
    operator = connect('operator', 'admin', 'plan:write', 'price:write');
    owner = connect('treasurer', 'intent:write', 'rebalance:write');
    await registerRecordedAssets(operator);
    const publishers = ['north', 'south'];
    for (const assetId of ASSETS) {
      const terms = {
        decimals: 6,
        lot: '1',
        minimumOrder: '1',
        quorumCount: 2,
        maxAgeSeconds: 3600,
      };
      const asset = Asset.fromPartial({ assetId, publishers, ...terms });
      await operator.oracle.registerAsset({ requestId: randomUUID(), asset });
    }
    for (const publisher of publishers) {
      await publishNow(
        connect(publisher, 'price:write'),
        ASSETS.map((assetId) => [assetId, '1']),
      );
    }
    undisturbed = await (await startLongs()).digest();
  }, 240_000);
  afterAll(async () => {
    for (const close of closing) close();
    await pool.end();
    await topology.stop();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  async function startLongs() {
    const ended = (rebalanceId: string, vaultId: string): Promise<unknown> =>
      runOf(pool, PREFIX, rebalanceId, vaultId).digest();
    const taken = await operator.oracle.takeSnapshot({
      requestId: randomUUID(),
      assetIds: [...ASSETS],
    });
    const { snapshotHash } = present(taken.snapshot, 'TakeSnapshot answers');
    const { vaults, orderGen } = owner;
    const begun = await begin({ vaults, orderGen, snapshotHash, ended }, LONGS);
    return runOf(pool, PREFIX, begun.rebalanceId, begun.vaultId);
  }

  async function publishRecorded(): Promise<void> {
    for (const [publisher, prices] of RECORDED_PRICES) {
      await publishNow(connect(publisher, 'price:write'), prices);
    }
  }

  const stories: readonly (readonly [string, () => Promise<StoryReport>])[] = [
    ['target weights', () => tellTargetWeightsStory(owner, QUIET)],
    [
      'the solver',
      () => tellSolverStory({ suite: topology, clock: systemClock, operator, owner }, QUIET),
    ],
  ];
  it.each(stories.slice(0, campaignCount(1, 2)))(
    'tells the story of %s, proven',
    async (_name, tell) => {
      await publishRecorded();
      expect((await tell()).proven).toBe(true);
    },
  );

  it.each([0, 1])('answers REST at gateway %i', async (index) => {
    const token = await topology.tokenIssuer.issue({ subject: 'treasurer', scopes: [] });
    const answer = await fetch(`http://${topology.gateways[index]}/api/v1/intents`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty('intents');
  });

  it.each(KILLS)(
    'comes to the same end when %s is killed',
    async (target, moment) => {
      const run = await startLongs();
      if (await run.reaches(moment)) hits += 1;
      await topology.strike(target);
      expect(await run.digest()).toBe(undisturbed);
    },
    240_000,
  );

  it('was hit while rebalances ran', () => {
    expect(hits).toBeGreaterThanOrEqual(campaignCount(1, 8));
  });

  it('lets everything drain: each process ends with 0', async () => {
    expect(await topology.stop()).toEqual([]);
  }, 120_000);
});
