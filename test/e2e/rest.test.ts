import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createFromTemplate, deriveParams, validateStrategyConfig } from '@trimtab/client';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const run = promisify(execFile);

/** An intent as these stories look at it. */
interface IntentJson {
  readonly id: string;
  readonly owner: string;
  readonly status: string;
  readonly collateral: { readonly amount: string };
  readonly config: Readonly<Record<string, unknown>>;
  readonly constraints: Readonly<Record<string, unknown>>;
  readonly runtime?: { readonly activationStep: string; readonly currentDriftBps: number };
}

interface Answer {
  readonly intent: IntentJson;
  readonly intents: readonly IntentJson[];
  readonly strategies: readonly { readonly type: string }[];
  readonly portfolio: { readonly owner: string; readonly totalValue: string };
  readonly fetchedAt: string;
  readonly error: string;
  readonly message: string;
}

describe('intents over REST, on real services', () => {
  let world: World;
  let base: string;
  let token: string;

  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process', playedMinutes: 2, gateway: true });
    base = `http://${world.suite.gatewayAddress ?? ''}`;
    token = await world.suite.tokenIssuer.issue({ subject: 'alice', scopes: ['intent:write'] });
  });

  afterAll(() => world.end());

  /** A line of the source's, in a shell that knows its variables. */
  async function shell(line: string, intentId = ''): Promise<Answer> {
    const environment = {
      PATH: process.env['PATH'],
      BASE: base,
      TOKEN: token,
      INTENT_ID: intentId,
    };
    const { stdout } = await run('bash', ['-c', `set -o pipefail; ${line}`], { env: environment });
    return JSON.parse(stdout) as Answer;
  }

  const activated = (intentId: string): Promise<IntentJson> =>
    eventually(async () => {
      world.clock.advanceMillis(500);
      const { intent } = await shell(GET, intentId);
      return intent.runtime?.activationStep === 'activated' ? intent : undefined;
    });

  it('has curl and jq on this machine, which the source’s lines need', async () => {
    for (const tool of ['curl', 'jq']) {
      const { stdout } = await run(tool, ['--version']);
      expect(stdout).toContain(tool);
    }
  });

  it('runs every curl line of the source', async () => {
    const created = await shell(CREATE);
    expect(created.intent).toMatchObject({
      owner: 'alice',
      type: 'treasury',
      status: 'active',
      ticker: 'BTC/USDC',
      collateral: { asset: 'USDC', amount: '50000' },
    });
    const { id } = created.intent;
    const intent = await activated(id);
    expect(intent.runtime).toMatchObject({ currentDriftBps: 0, totalRolls: 0, totalCostBps: 0 });

    const listed = await shell(LIST);
    expect(listed.intents.map((each) => each.id)).toEqual([id]);
    const updated = await shell(UPDATE, id);
    expect(updated.intent.config).toMatchObject({ strikeRatio: 0.55, maturityDays: 45 });
    expect(updated.intent.constraints).toMatchObject({ maxAnnualDriftBps: 300 });
    expect((await shell(PAUSE, id)).intent.status).toBe('paused');
    expect((await shell(RESUME, id)).intent.status).toBe('active');
    expect((await shell(STRATEGIES)).strategies).toHaveLength(5);
    const { portfolio } = await shell(PORTFOLIO);
    expect(portfolio).toMatchObject({ owner: 'alice', totalValue: '50000000000' });
    expect((await shell(CANCEL, id)).intent.status).toBe('cancelled');
    const refused = await shell(UPDATE, id);
    expect(refused).toMatchObject({
      status: 409,
      error: 'Conflict',
      message: 'intent is completed/cancelled and cannot be modified',
    });
  });

  it('runs the source’s TypeScript example', async () => {
    const strategy = createFromTemplate('treasury', { config: { strikeRatio: 0.55 } });
    const validation = validateStrategyConfig('treasury', strategy.config, strategy.constraints);
    expect(validation).toMatchObject({ valid: true, errors: [], warnings: [] });
    const params = deriveParams(strategy.config, strategy.constraints);
    expect(params).toEqual({
      expectedRollsPerYear: 13,
      estimatedMaxAnnualCostBps: 130,
      isPaperOptimal: false,
    });
    const request = {
      type: 'treasury' as const,
      ticker: 'BTC/USDC',
      collateral: { asset: 'USDC' as const, amount: '50000.00' },
      config: strategy.config,
      constraints: strategy.constraints,
      notifications: strategy.notifications,
    };
    const response = await fetch(`${base}/api/v1/intents`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(request),
    });
    expect([response.status, response.ok]).toEqual([201, true]);
    const { intent } = (await response.json()) as Answer;
    expect(intent).toMatchObject({ status: 'active', config: { strikeRatio: 0.55 } });
    const poll = async (intentId: string): Promise<IntentJson> => {
      const res = await fetch(`${base}/api/v1/intents/${intentId}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return ((await res.json()) as Answer).intent;
    };
    const fresh = await poll(intent.id);
    expect(fresh.runtime).toMatchObject({ currentDriftBps: 0, totalRolls: 0, totalCostBps: 0 });
  });
});

const CREATE = `curl -s -X POST "$BASE/api/v1/intents" \\
-H "Authorization: Bearer $TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"type": "treasury",
"ticker": "BTC/USDC",
"collateral": {"asset": "USDC", "amount": "50000.00"},
"config": {
"strikeRatio": 0.50,
"maturityDays": 30,
"rebalanceThreshold": 1.5,
"autoRoll": true,
"rollStrategy": "standard"
},
"constraints": {
"maxAnnualDriftBps": 200,
"maxSlippagePerRollBps": 10,
"maxCapital": "50000.00",
"stopLossDriftBps": 500
},
"notifications": {
"onRoll": true,
"onThresholdBreach": true,
"onStopLoss": true,
"channels": ["inapp", "webhook"]
}
}' | jq .`;
const LIST = `curl -s "$BASE/api/v1/intents?status=active" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const GET = `curl -s "$BASE/api/v1/intents/$INTENT_ID" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const PAUSE = `curl -s -X POST "$BASE/api/v1/intents/$INTENT_ID/pause" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const RESUME = `curl -s -X POST "$BASE/api/v1/intents/$INTENT_ID/resume" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const CANCEL = `curl -s -X DELETE "$BASE/api/v1/intents/$INTENT_ID" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const STRATEGIES = `curl -s "$BASE/api/v1/strategies" | jq .`;
const PORTFOLIO = `curl -s "$BASE/api/v1/portfolio" \\
-H "Authorization: Bearer $TOKEN" | jq .`;
const UPDATE = `curl -s -X PUT "$BASE/api/v1/intents/$INTENT_ID" \\
-H "Authorization: Bearer $TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"config": {
"strikeRatio": 0.55,
"maturityDays": 45
},
"constraints": {
"maxAnnualDriftBps": 300
}
}' | jq .`;
