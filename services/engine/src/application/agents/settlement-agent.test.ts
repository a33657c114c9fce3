import type { Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { dec, long, plus, SERIES } from '../../domain/values.fixture.js';
import type { IndexRuntime } from '../../domain/runtime.js';
import { NO_INDEX } from './ended-runs.js';
import { intentOf, scripted, vaultOf, type Script } from './scripted.fixture.js';
import { createSettlementAgent } from './settlement-agent.js';
import { HOUR, SETTINGS } from './stage.fixture.js';

const PAY_TIME = plus(SERIES.maturity, HOUR);
const P = long('P-BTC-30000-20260801', 5n);
const LATER = long('P-BTC-30000-20260802', 5n);
const SETTLED = 'settle BTC-30000 as settle/intent-1/BTC-30000-20260801/3';

function agentWith(script: Partial<Script>) {
  const stage = scripted('SETTLEMENT', { vault: vaultOf({ positions: [P] }), ...script });
  return { ...stage, tick: (now: Instant) => createSettlementAgent(stage.context).tick(now) };
}

describe('the settlement agent', () => {
  it('sleeps until the delay after the maturity has passed', async () => {
    const { tick, done } = agentWith({});
    expect(await tick(plus(PAY_TIME, -1))).toEqual({ nextDueTime: PAY_TIME });
    expect(done).toEqual([]);
  });

  it('then settles, and wakes those who account for it and buy the next', async () => {
    const { tick, done } = agentWith({ vault: vaultOf({ positions: [P, LATER] }) });
    expect(await tick(PAY_TIME)).toEqual({
      nextDueTime: plus(PAY_TIME, 24 * HOUR),
      wakeAgents: ['POOL', 'REBALANCE'],
    });
    expect(done).toEqual([SETTLED]);
  });

  it('settles each series once, whatever halves of it are held', async () => {
    const n = long('N-BTC-30000-20260801', 5n);
    const { tick, done } = agentWith({ vault: vaultOf({ positions: [n, P] }) });
    await tick(PAY_TIME);
    expect(done).toEqual([SETTLED]);
  });

  it('works while the intent is paused, and while it ends', async () => {
    const paused = agentWith({ intent: intentOf({}, { state: 'PAUSED' }) });
    await paused.tick(PAY_TIME);
    const closing = agentWith({ vault: vaultOf({ mode: 'CLOSING', positions: [P] }) });
    await closing.tick(PAY_TIME);
    expect([...paused.done, ...closing.done]).toEqual([SETTLED, SETTLED]);
  });

  it.each<readonly [string, Partial<Script>, number]>([
    [
      'a rebalance runs',
      { vault: vaultOf({ positions: [P], openRebalanceId: 'r' }) },
      SETTINGS.pollMillis,
    ],
    [
      'the vault is frozen',
      { vault: vaultOf({ positions: [P], frozen: true }) },
      SETTINGS.idleMillis,
    ],
  ])('waits while %s', async (_why, script, millis) => {
    const { tick, done } = agentWith(script);
    expect(await tick(PAY_TIME)).toEqual({ nextDueTime: plus(PAY_TIME, millis) });
    expect(done).toEqual([]);
  });

  it('sleeps without a series, and at the end of the intent', async () => {
    expect(await agentWith({ vault: vaultOf() }).tick(PAY_TIME)).toEqual({
      nextDueTime: undefined,
    });
    const ended = agentWith({ intent: intentOf({}, { state: 'COMPLETED' }) });
    expect(await ended.tick(PAY_TIME)).toEqual({ nextDueTime: undefined });
    expect(ended.done).toEqual([]);
  });

  it('tells also of a settlement after which its tick was cut off', async () => {
    const held = {
      series: SERIES,
      openTime: SERIES.maturity,
      index: dec('1'),
      linkValue: undefined,
    };
    const index: IndexRuntime = { ...NO_INDEX, held };
    const intent = intentOf();
    const stage = agentWith({
      intent: { ...intent, runtime: { ...intent.runtime, index } },
      vault: vaultOf(),
    });
    expect(await stage.tick(PAY_TIME)).toMatchObject({ wakeAgents: ['POOL', 'REBALANCE'] });
    expect(await stage.tick(plus(SERIES.maturity, -1))).toEqual({ nextDueTime: undefined });
  });
});
