import {
  ActivationStep,
  AgentKind,
  DueWork,
  IndexRuntime,
  IntentRuntime,
  IntentType,
  NotificationChannel,
  RollStrategy,
  Run,
  RunOutcome,
  RunTrigger,
  StrategyIntent,
  StrategyIntent_State as State,
} from '@trimtab/contracts/intent';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { instant, InvariantViolation } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { toIntentView, toRunView, toWork } from './intent-mapping.js';

const NOW = instant(1_522_800_000_000);
const AT_NOW = new Date(NOW);

function intentWith(change: Partial<StrategyIntent> = {}): StrategyIntent {
  return StrategyIntent.fromPartial({
    intentId: 'intent-1-0a1b2c3d',
    owner: 'alice',
    type: IntentType.INTENT_TYPE_HEDGE,
    state: State.STATE_ACTIVE,
    collateral: { assetId: 'USDC', amountDecimal: '1000.5' },
    ticker: 'BTC/USDC',
    config: {
      strikeRatioDecimal: '0.3',
      maturityDays: 14,
      rebalanceThresholdDecimal: '1.3',
      autoRoll: true,
      rollStrategy: RollStrategy.ROLL_STRATEGY_SHORT_DATED,
    },
    constraints: {
      maxAnnualDriftBps: 500,
      maxSlippagePerRollBps: 15,
      maxCapitalDecimal: '50000000',
      stopLossDriftBps: 800,
    },
    notifications: {
      onRoll: true,
      onThresholdBreach: false,
      onStopLoss: true,
      channels: [NotificationChannel.NOTIFICATION_CHANNEL_INAPP],
    },
    vaultId: 'vault-1',
    runtime: { activationStep: ActivationStep.ACTIVATION_STEP_ACTIVATED },
    createTime: AT_NOW,
    ...change,
  } as never);
}

function indexOf(index: Partial<IndexRuntime>) {
  const runtime = IntentRuntime.fromPartial({ index: IndexRuntime.fromPartial(index as never) });
  return toIntentView(intentWith({ runtime })).runtime.index;
}

describe('an intent', () => {
  it('is read as its owner wrote it', () => {
    expect(toIntentView(intentWith())).toMatchObject({
      id: 'intent-1-0a1b2c3d',
      owner: 'alice',
      state: 'ACTIVE',
      activated: true,
      vaultId: 'vault-1',
      createTime: NOW,
      spec: {
        type: 'hedge',
        collateral: { asset: 'USDC', amount: '1000.5' },
        config: { strikeRatio: '0.3', maturityDays: 14, rollStrategy: 'shortDated' },
        constraints: { maxSlippagePerRollBps: 15, maxCapital: '50000000' },
        notifications: { onThresholdBreach: false, channels: ['inapp'] },
        allocation: { kind: 'index' },
        triggers: { schedule: undefined, driftBand: undefined },
      },
      runtime: { index: undefined, lastRebalanceId: undefined },
    });
  });

  it('is not activated before the last step, and has no vault before one stands', () => {
    const runtime = IntentRuntime.fromPartial({
      activationStep: ActivationStep.ACTIVATION_STEP_LOOP_STARTED,
    });
    expect(toIntentView(intentWith({ runtime, vaultId: '' }))).toMatchObject({
      activated: false,
      vaultId: undefined,
    });
  });

  it('without a field that every intent has is a defect, and says which', () => {
    const config = { ...intentWith().config, maturityDays: undefined };
    expect(() => toIntentView(intentWith({ config }))).toThrow(InvariantViolation);
    expect(() => toIntentView(intentWith({ config }))).toThrow('maturity_days');
  });

  it('of a kind that nobody knows is a defect', () => {
    expect(() => toIntentView(intentWith({ type: 99 as IntentType }))).toThrow(
      'an intent type was 99',
    );
  });
});

describe('the index of an intent', () => {
  it('holds nothing at first', () => {
    expect(indexOf({ issuedUnits: '' })).toEqual({
      held: undefined,
      next: undefined,
      issuedUnits: 0n,
      firstUnitTime: undefined,
      ledgerSequence: 0,
      vaultVersion: 0,
      notified: undefined,
      deferralCount: 0,
      retryTime: undefined,
    });
  });

  it('has what it holds and what it shall buy', () => {
    const series = { base: 'BTC', strike: 3_500n, maturity: instant(1_525_420_800_000) };
    const index = indexOf({
      seriesId: 'BTC-3500-20180504',
      openTime: AT_NOW,
      indexDecimal: '1.05',
      linkValueDecimal: '3501.5',
      nextSeriesId: 'BTC-3500-20180504',
      nextTrigger: RunTrigger.RUN_TRIGGER_OPENING,
      nextTime: AT_NOW,
      issuedUnits: '100000000000000000000',
      notifiedTrigger: RunTrigger.RUN_TRIGGER_MATURITY,
    });
    expect(index).toMatchObject({
      held: {
        series,
        openTime: NOW,
        index: { digits: 105n, scale: 2 },
        linkValue: { digits: 35_015n, scale: 1 },
      },
      next: { series, trigger: 'OPENING', time: NOW },
      issuedUnits: 10n ** 20n,
      notified: 'MATURITY',
    });
  });

  it('never buys by hand', () => {
    const next = {
      nextSeriesId: 'BTC-3500-20180504',
      nextTrigger: RunTrigger.RUN_TRIGGER_MANUAL,
      nextTime: AT_NOW,
    };
    expect(() => indexOf(next)).toThrow('found MANUAL');
  });
});

describe('work and runs', () => {
  it('of several intents are of none', () => {
    const work = DueWork.fromPartial({
      workId: 'w1',
      agentKind: AgentKind.AGENT_KIND_POOL,
      instanceKey: 'USDC',
      dueTime: AT_NOW,
      leaseToken: 7n,
      leaseExpireTime: AT_NOW,
      intentIds: ['intent-1'],
    });
    expect(toWork(work)).toEqual({
      workId: 'w1',
      kind: 'POOL',
      instanceKey: 'USDC',
      intentId: undefined,
      dueTime: NOW,
      leaseToken: 7n,
      leaseExpireTime: NOW,
      attemptCount: 0,
      intentIds: ['intent-1'],
    });
  });

  it('that are under way have no outcome and no rebalance yet', () => {
    const run = Run.fromPartial({
      runId: 'run-1',
      trigger: RunTrigger.RUN_TRIGGER_PRICE,
      purpose: RebalancePurpose.REBALANCE_PURPOSE_ROLL,
      outcome: RunOutcome.RUN_OUTCOME_UNSPECIFIED,
      createTime: AT_NOW,
      seriesId: 'BTC-3500-20180504',
    });
    expect(toRunView(run)).toMatchObject({
      trigger: 'PRICE',
      purpose: 'ROLL',
      outcome: 'RUNNING',
      rebalanceId: undefined,
      planHash: undefined,
      series: { strike: 3_500n },
    });
  });
});
