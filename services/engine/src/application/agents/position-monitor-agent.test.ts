import { describe, expect, it } from 'vitest';
import { plus, rebalanceOf, runOf } from '../../domain/values.fixture.js';
import { createPositionMonitorAgent } from './position-monitor-agent.js';
import { intentOf, NOW, scripted, vaultOf, type Script } from './scripted.fixture.js';
import { SETTINGS } from './stage.fixture.js';

const FROZEN = vaultOf({ frozen: true, freezeReason: 'cash is 5, the ledger says 6' });
const DRIFT = 'Ledger drift: vault vault-1 is frozen: cash is 5, the ledger says 6';

function agentWith(script: Partial<Script>) {
  const stage = scripted('POSITION_MONITOR', script);
  return { ...stage, tick: () => createPositionMonitorAgent(stage.context).tick(NOW) };
}

describe('the position monitor', () => {
  it('looks again and again while nothing is wrong', async () => {
    const { tick, done } = agentWith({ runs: [runOf()], rebalances: [rebalanceOf()] });
    expect(await tick()).toEqual({ nextDueTime: plus(NOW, SETTINGS.monitorIntervalMillis) });
    expect(done).toEqual([]);
  });

  it('moves an intent to ERROR with the drift of its ledger', async () => {
    const { tick, done } = agentWith({ vault: FROZEN });
    expect(await tick()).toEqual({ nextDueTime: undefined });
    expect(done).toEqual([`fail as fail/intent-1/${DRIFT}: ${DRIFT}`]);
  });

  it('finds a rebalance that is FAULTED behind runs that made none', async () => {
    const noOp = runOf({ outcome: 'NO_OP', rebalanceId: undefined });
    const faulted = rebalanceOf({ state: 'FAULTED', stateReason: 'the buys exceed the cash' });
    const { tick, done } = agentWith({ runs: [noOp, noOp, runOf()], rebalances: [faulted] });
    await tick();
    expect(done[0]).toMatch(
      /: Invariant violation: rebalance rebalance-1 is FAULTED: the buys exceed/,
    );
  });

  it('finds an action without a result in the rebalance that runs', async () => {
    const stuck = rebalanceOf({
      rebalanceId: 'rebalance-2',
      state: 'EXECUTING',
      stuckIndexes: [4],
      endTime: undefined,
    });
    const { tick, done } = agentWith({
      vault: vaultOf({ openRebalanceId: 'rebalance-2' }),
      runs: [runOf()],
      rebalances: [rebalanceOf(), stuck],
    });
    await tick();
    expect(done[0]).toMatch(/: Stuck position: no result for action 4 of rebalance rebalance-2$/);
  });

  it('is on also while the intent is paused, and off once it ended', async () => {
    const paused = agentWith({ vault: FROZEN, intent: intentOf({}, { state: 'PAUSED' }) });
    await paused.tick();
    expect(paused.done).toHaveLength(1);
    const ended = agentWith({ vault: FROZEN, intent: intentOf({}, { state: 'ERROR' }) });
    expect(await ended.tick()).toEqual({ nextDueTime: undefined });
    expect(ended.done).toEqual([]);
  });

  it('keeps its reason inside what an intent can say', async () => {
    const vault = vaultOf({ frozen: true, freezeReason: 'x'.repeat(900) });
    const { tick, done } = agentWith({ vault });
    await tick();
    const reason = done[0]?.slice(done[0].lastIndexOf('Ledger drift'));
    expect(reason).toHaveLength(500);
  });
});
