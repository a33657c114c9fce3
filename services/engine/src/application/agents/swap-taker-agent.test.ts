import type { RunView } from '../../domain/run.js';
import { at, dec, long, plus, runOf, SERIES } from '../../domain/values.fixture.js';
import { describe, expect, it } from 'vitest';
import { NO_INDEX } from './ended-runs.js';
import { intentOf, NOW, scripted, vaultOf, type Script } from './scripted.fixture.js';
import { SETTINGS } from './stage.fixture.js';
import { createSwapTakerAgent } from './swap-taker-agent.js';

const WBTC = intentOf({ collateral: { asset: 'WBTC', amount: '1' } });
const RAW = vaultOf({ positions: [long('WBTC', 100n)] });
const SOON = { nextDueTime: plus(NOW, SETTINGS.pollMillis) };
const IDLE = { nextDueTime: plus(NOW, SETTINGS.idleMillis) };

function agentWith(script: Partial<Script>) {
  const prices = { WBTC: '60000' };
  const stage = scripted('SWAP_TAKER', { intent: WBTC, vault: RAW, prices, ...script });
  return { ...stage, tick: () => createSwapTakerAgent(stage.context).tick(NOW) };
}

describe('the swap taker', () => {
  it('has raw collateral swapped, from the least order on', async () => {
    const { tick, done } = agentWith({});
    expect(await tick()).toEqual(SOON);
    expect(done).toEqual(['rebalance COLLATERAL as swap/intent-1/first under 7']);
    const less = agentWith({ vault: vaultOf({ positions: [long('WBTC', 99n)] }) });
    expect(await less.tick()).toEqual(IDLE);
    expect(less.done).toEqual([]);
  });

  it('puts it into the series that is held, while that is not mature', async () => {
    const held = { series: SERIES, openTime: NOW, index: dec('1'), linkValue: undefined };
    const intent = { ...WBTC, runtime: { ...WBTC.runtime, index: { ...NO_INDEX, held } } };
    const both = [long('P-BTC-30000-20260801', 5n), long('WBTC', 100n)];
    const stage = agentWith({ intent, vault: vaultOf({ positions: both }) });
    await stage.tick();
    await createSwapTakerAgent(stage.context).tick(SERIES.maturity);
    stage.script.vault = RAW;
    await stage.tick();
    const plain = 'rebalance COLLATERAL as swap/intent-1/first under 7';
    expect(stage.done).toEqual([plain.replace('COLLATERAL', 'COLLATERAL BTC-30000'), plain, plain]);
  });

  it('tells the rebalance agent once it is done', async () => {
    const runs = [runOf({ trigger: 'COLLATERAL' })];
    const { tick } = agentWith({ vault: vaultOf(), runs });
    expect(await tick()).toEqual({ ...IDLE, wakeAgents: ['REBALANCE'] });
    const runtime = { ...WBTC.runtime, lastRebalanceId: 'rebalance-1' };
    const told = agentWith({ vault: vaultOf(), runs, intent: { ...WBTC, runtime } });
    expect(await told.tick()).toEqual(IDLE);
  });

  it.each<readonly [string, Partial<Script>]>([
    ['a rebalance runs', { vault: { ...RAW, openRebalanceId: 'r' } }],
    ['the pipeline runs', { runs: [runOf({ outcome: 'RUNNING', rebalanceId: undefined })] }],
  ])('waits while %s', async (_why, script) => {
    const { tick, done } = agentWith(script);
    expect(await tick()).toEqual(SOON);
    expect(done).toEqual([]);
  });

  it.each(['NO_OP', 'REFUSED'] as const)(
    'tries what was %s again, but not at once',
    async (outcome) => {
      const vain: Partial<RunView> = { runId: 'run-3', trigger: 'COLLATERAL', outcome };
      const young = runOf({ ...vain, createTime: plus(NOW, -1) });
      const early = agentWith({ runs: [young] });
      expect(await early.tick()).toEqual({ nextDueTime: plus(NOW, SETTINGS.idleMillis - 1) });
      const old = runOf({ ...vain, createTime: at('2026-06-20T00:00:00Z') });
      const late = agentWith({ runs: [old] });
      await late.tick();
      expect([...early.done, ...late.done]).toEqual([
        'rebalance COLLATERAL as swap/intent-1/run-3 under 7',
      ]);
    },
  );

  it.each<readonly [string, Partial<Script>]>([
    ['is frozen', { vault: { ...RAW, frozen: true } }],
    ['is paused', { vault: { ...RAW, mode: 'PAUSED' } }],
  ])('swaps nothing while the vault %s', async (_why, script) => {
    const { tick, done } = agentWith(script);
    expect(await tick()).toEqual(IDLE);
    expect(done).toEqual([]);
  });

  it('sleeps while the intent is paused: resuming wakes it', async () => {
    const { tick, done } = agentWith({ intent: { ...WBTC, state: 'PAUSED' } });
    expect(await tick()).toEqual({ nextDueTime: undefined });
    expect(done).toEqual([]);
  });
});
