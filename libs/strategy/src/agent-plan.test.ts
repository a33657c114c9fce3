import { describe, expect, it } from 'vitest';
import { AGENT_KINDS, planAgents, type AgentKind } from './agent-plan.js';
import { NO_TRIGGERS } from './allocation.js';
import type { IntentSpec, StrategyType } from './intent-spec.js';
import { templateOf, type Template } from './template.js';

function spec(type: StrategyType, change: Partial<IntentSpec> = {}): IntentSpec {
  const { config, constraints, notifications } = templateOf(type) as Template;
  return {
    type,
    collateral: { asset: 'USDC', amount: '10' },
    ticker: 'BTC/USDC',
    config,
    constraints,
    notifications,
    allocation: { kind: 'index' },
    triggers: NO_TRIGGERS,
    ...change,
  };
}

function agent(kind: AgentKind, of: IntentSpec) {
  const found = planAgents('intent-1', of).find((planned) => planned.kind === kind);
  if (found === undefined) throw new Error(kind);
  return found;
}

describe('the agents of an intent', () => {
  it('are one of each kind, in order, each with role and reason', () => {
    const plan = planAgents('intent-1', spec('treasury'));
    expect(plan.map(({ kind }) => kind)).toEqual(AGENT_KINDS);
    for (const { role, reason } of plan) expect([role, reason]).not.toContain('');
  });

  it.each(['ORACLE', 'POOL', 'REBALANCE', 'SETTLEMENT', 'POSITION_MONITOR'] as const)(
    'always include %s',
    (kind) => {
      for (const type of ['treasury', 'hedge', 'leverage', 'yield', 'custom'] as const) {
        expect(agent(kind, spec(type)).need).toBe('REQUIRED');
      }
    },
  );

  it('run once per ticker (oracle), per collateral asset (pool), per intent (the others)', () => {
    const plan = planAgents(
      'intent-1',
      spec('hedge', { collateral: { asset: 'WBTC', amount: '1' } }),
    );
    expect(plan.map(({ instanceKey }) => instanceKey)).toEqual([
      'BTC/USDC',
      'WBTC',
      ...Array.from({ length: 5 }, () => 'intent-1'),
    ]);
  });

  it.each([
    ['treasury', 'OPTIONAL'],
    ['hedge', 'STRONGLY_RECOMMENDED'],
    ['leverage', 'STRONGLY_RECOMMENDED'],
    ['yield', 'NONE'],
  ] as const)('include a market maker for %s: %s', (type, need) => {
    expect(agent('MARKET_MAKER', spec(type)).need).toBe(need);
  });

  it.each([
    [14, 27, 'STRONGLY_RECOMMENDED'],
    // ceil(365 / 14.04…): 15 days make 25 rolls, one short of the limit.
    [15, 25, 'OPTIONAL'],
  ] as const)(
    'judge a custom strategy of %i days by its %i rolls: %s',
    (maturityDays, rolls, need) => {
      const base = spec('custom');
      const found = agent('MARKET_MAKER', { ...base, config: { ...base.config, maturityDays } });
      expect(found.need).toBe(need);
      expect(found.reason).toContain(`${rolls} rolls`);
    },
  );

  it.each([
    ['USDC', 'NONE'],
    ['WETH', 'REQUIRED'],
    ['WBTC', 'REQUIRED'],
  ] as const)('swap collateral in %s: %s', (asset, need) => {
    const of = spec('treasury', { collateral: { asset, amount: '1' } });
    expect(agent('SWAP_TAKER', of)).toMatchObject({
      need,
      reason: expect.stringContaining(asset) as string,
    });
  });
});
