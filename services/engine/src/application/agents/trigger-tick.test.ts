import type { Allocation, Target, Triggers } from '@trimtab/strategy';
import { NO_TRIGGERS } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { long, plus, runOf } from '../../domain/values.fixture.js';
import { createRebalanceAgent } from './rebalance-agent.js';
import { intentOf, NOW, scripted, vaultOf, type Script } from './scripted.fixture.js';
import { DAY, HOUR, SETTINGS } from './stage.fixture.js';

const half: Target = {
  assetId: 'BTC',
  side: 'LONG',
  weightBps: 5_000,
  kappa: undefined,
  investible: true,
};
const WEIGHTS: Allocation = { kind: 'targetWeights', targets: [half], policyId: undefined };
const SOLVER: Allocation = {
  kind: 'solver',
  policyId: 'p',
  allowedStrategies: ['s'],
  managerId: undefined,
};
const DAILY: Partial<Triggers> = { schedule: { cron: '0 12 * * *', timeZone: 'Europe/Zurich' } };
const BAND: Partial<Triggers> = { driftBand: { kind: 'ABSOLUTE', widthBps: 500, goal: 'CENTRE' } };

interface Setting extends Partial<Script> {
  readonly allocation?: Allocation;
  readonly triggers: Partial<Triggers>;
  readonly plannedTime?: typeof NOW;
}

function agentWith({ allocation = WEIGHTS, triggers, plannedTime, ...script }: Setting) {
  const intent = intentOf({ allocation, triggers: { ...NO_TRIGGERS, ...triggers } });
  const runtime = { ...intent.runtime, nextScheduleTime: plannedTime };
  const stage = scripted('REBALANCE', { intent: { ...intent, runtime }, ...script });
  return { ...stage, tick: () => createRebalanceAgent(stage.context).tick(NOW) };
}

/** 1 000 000 of cash and so much WBTC, each worth a base unit. */
const holding = (held: bigint): Partial<Script> => ({
  vault: vaultOf({ cash: 1_000_000n - held, positions: [long('WBTC', held)] }),
  prices: { WBTC: '0.000001' },
});

describe('the schedule of an intent', () => {
  const dueTimes = [-2, -1, 0, 1, 2].map((days) => plus(NOW, days * DAY));

  it('is planned at the first look, and nothing is started', async () => {
    const { tick, done } = agentWith({ triggers: DAILY, dueTimes });
    expect(await tick()).toEqual({
      nextDueTime: plus(NOW, DAY),
      runtime: { nextScheduleTime: plus(NOW, DAY) },
    });
    expect(done).toEqual([]);
  });

  it('is started at its time, once, and planned again', async () => {
    const { tick, done } = agentWith({ triggers: DAILY, dueTimes, plannedTime: NOW });
    expect(await tick()).toMatchObject({ runtime: { nextScheduleTime: plus(NOW, DAY) } });
    expect(done).toEqual([`rebalance SCHEDULE as trigger/intent-1/SCHEDULE/${NOW} under 7`]);
  });

  it('that was missed for two days is started once, and a repeated tick repeats the request', async () => {
    const missed = plus(NOW, -2 * DAY);
    const { tick, done } = agentWith({ triggers: DAILY, dueTimes, plannedTime: missed });
    await tick();
    await tick();
    expect(new Set(done)).toEqual(
      new Set([`rebalance SCHEDULE as trigger/intent-1/SCHEDULE/${missed} under 7`]),
    );
  });

  it('that is moved to a later time starts nothing at the old one', async () => {
    const later = [plus(NOW, 3 * HOUR)];
    const plannedTime = plus(NOW, HOUR);
    const { tick, done } = agentWith({ triggers: DAILY, dueTimes: later, plannedTime });
    expect(await tick()).toEqual({
      nextDueTime: plus(NOW, 3 * HOUR),
      runtime: { nextScheduleTime: plus(NOW, 3 * HOUR) },
    });
    expect(done).toEqual([]);
  });

  it('that is taken away is forgotten', async () => {
    const { tick } = agentWith({ triggers: {}, plannedTime: plus(NOW, -1) });
    expect(await tick()).toMatchObject({ runtime: { nextScheduleTime: undefined } });
  });

  it('is looked at again when a change of it may have gone unnoticed', async () => {
    const { tick } = agentWith({ triggers: DAILY, dueTimes: [plus(NOW, 30 * DAY)] });
    expect(await tick()).toMatchObject({ nextDueTime: plus(NOW, SETTINGS.idleMillis) });
  });
});

describe('the drift band of an intent', () => {
  it.each([
    [550_000n, 0],
    [550_001n, 1],
    [449_999n, 1],
  ])('with targets, strict, with %i of 1 000 000 held starts %i runs', async (held, count) => {
    const { tick, done } = agentWith({ triggers: BAND, ...holding(held) });
    await tick();
    expect(done).toHaveLength(count);
  });

  it('starts a run that is named after the one before it', async () => {
    const runs = [runOf({ runId: 'run-9', trigger: 'SCHEDULE' })];
    const { tick, done } = agentWith({ triggers: BAND, ...holding(600_000n), runs });
    expect(await tick()).toMatchObject({ nextDueTime: plus(NOW, SETTINGS.pollMillis) });
    expect(done).toEqual(['rebalance DRIFT as trigger/intent-1/DRIFT/run-9 under 7']);
  });

  it('is looked at again at every drift interval', async () => {
    const { tick } = agentWith({ triggers: BAND, ...holding(500_000n) });
    expect(await tick()).toMatchObject({ nextDueTime: plus(NOW, SETTINGS.driftIntervalMillis) });
  });

  it('waits after a run that the cooldown made a no-op', async () => {
    const noOp = { trigger: 'DRIFT', outcome: 'NO_OP', createTime: plus(NOW, -1) } as const;
    const runs = [runOf(noOp)];
    const { tick, done } = agentWith({ triggers: BAND, ...holding(600_000n), runs });
    const retry = plus(NOW, SETTINGS.firstDeferralMillis - 1);
    expect(await tick()).toMatchObject({ nextDueTime: retry });
    expect(done).toEqual([]);
  });

  it('of a solver measures against its last plan, and against nothing before the first', async () => {
    const targets = { 'plan-1': [{ ...half, assetId: 'WBTC' }] };
    const band = { allocation: SOLVER, triggers: BAND, ...holding(600_000n), targets };
    const before = agentWith(band);
    await before.tick();
    expect(before.done).toEqual([]);
    const plan = runOf({ runId: 'run-1', planHash: 'plan-1' });
    const refused = runOf({ runId: 'run-2', outcome: 'REFUSED', rebalanceId: undefined });
    const after = agentWith({ ...band, runs: [refused, plan] });
    await after.tick();
    expect(after.done).toEqual(['rebalance DRIFT as trigger/intent-1/DRIFT/run-2 under 7']);
  });

  it('of a solver that kept to its plan starts nothing', async () => {
    const targets = { 'plan-1': [{ ...half, assetId: 'WBTC', weightBps: 6_000 }] };
    const runs = [runOf({ planHash: 'plan-1' })];
    const kept = { allocation: SOLVER, triggers: BAND, ...holding(600_000n), targets, runs };
    const { tick, done } = agentWith(kept);
    await tick();
    expect(done).toEqual([]);
  });
});

describe('the rebalance agent of an intent', () => {
  const due = { triggers: DAILY, plannedTime: NOW, dueTimes: [plus(NOW, DAY)] };

  it.each<readonly [string, Partial<Script>]>([
    ['a rebalance runs', { vault: vaultOf({ openRebalanceId: 'rebalance-1' }) }],
    ['the pipeline runs', { runs: [runOf({ outcome: 'RUNNING', rebalanceId: undefined })] }],
  ])('starts nothing while %s, and looks again soon', async (_why, script) => {
    const { tick, done } = agentWith({ ...due, ...script });
    expect(await tick()).toEqual({ nextDueTime: plus(NOW, SETTINGS.pollMillis) });
    expect(done).toEqual([]);
  });

  it.each<readonly [string, Partial<Script>]>([
    ['is frozen', { vault: vaultOf({ frozen: true }) }],
    ['is being emptied', { vault: vaultOf({ mode: 'CLOSING' }) }],
  ])('starts nothing while its vault %s', async (_why, script) => {
    const { tick, done } = agentWith({ ...due, ...script });
    expect(await tick()).toEqual({ nextDueTime: plus(NOW, SETTINGS.idleMillis) });
    expect(done).toEqual([]);
  });

  it.each(['PAUSED', 'CANCELLED', 'COMPLETED', 'ERROR'] as const)(
    'sleeps while it is %s',
    async (state) => {
      const stage = agentWith(due);
      stage.script.intent = { ...stage.script.intent, state };
      expect(await stage.tick()).toEqual({ nextDueTime: undefined });
      expect(stage.done).toEqual([]);
    },
  );

  it('waits for its activation', async () => {
    const stage = agentWith(due);
    stage.script.intent = { ...stage.script.intent, activated: false };
    expect(await stage.tick()).toEqual({ nextDueTime: plus(NOW, SETTINGS.pollMillis) });
  });

  it('notes the last rebalance that was made', async () => {
    const runs = [runOf({ outcome: 'NO_OP', rebalanceId: undefined }), runOf()];
    const { tick } = agentWith({ triggers: {}, runs });
    expect(await tick()).toMatchObject({ runtime: { lastRebalanceId: 'rebalance-1' } });
  });
});
