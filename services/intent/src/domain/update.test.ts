import { NO_TRIGGERS, templateOf, type IntentSpec, type Template } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { applyUpdate, UPDATE_MASK_PATHS, type IntentUpdate } from './update.js';

const { config, constraints, notifications } = templateOf('treasury') as Template;
const spec: IntentSpec = {
  type: 'treasury',
  collateral: { asset: 'USDC', amount: '10' },
  ticker: 'BTC/USDC',
  config,
  constraints,
  notifications,
  allocation: { kind: 'index' },
  triggers: {
    ...NO_TRIGGERS,
    cooldownSeconds: 60,
    slippageBudget: { budgetBps: 5, windowSeconds: 9 },
  },
};
const NOTHING: IntentUpdate = {
  config: {},
  constraints: {},
  notifications: {},
  triggers: {},
  mask: [],
};

function updated(change: Partial<IntentUpdate>) {
  const result = applyUpdate(spec, { ...NOTHING, ...change });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('an update', () => {
  it('of nothing leaves everything as it is', () => {
    const { type, collateral, ticker, allocation, triggers } = spec;
    expect(updated({})).toEqual({
      type,
      collateral,
      ticker,
      config,
      constraints,
      notifications,
      allocation,
      triggers,
    });
  });

  it('changes the fields that are set and no other', () => {
    const draft = updated({
      config: { strikeRatio: '0.55', maturityDays: undefined },
      constraints: { maxAnnualDriftBps: 300 },
      notifications: { channels: ['email'] },
    });
    expect(draft.config).toEqual({ ...config, strikeRatio: '0.55' });
    expect(draft.constraints).toEqual({ ...constraints, maxAnnualDriftBps: 300 });
    expect(draft.notifications).toEqual({ ...notifications, channels: ['email'] });
  });

  it('without a mask writes the triggers that are set', () => {
    expect(
      updated({ triggers: { cooldownSeconds: 5, slippageBudget: undefined } }).triggers,
    ).toEqual({
      ...spec.triggers,
      cooldownSeconds: 5,
    });
  });

  it('with a mask writes exactly what it names, and removes what is absent', () => {
    const mask = ['triggers.slippage_budget'];
    expect(updated({ triggers: { cooldownSeconds: 5 }, mask }).triggers).toEqual({
      ...spec.triggers,
      slippageBudget: undefined,
    });
    expect(updated({ mask: ['triggers'] }).triggers).toEqual(NO_TRIGGERS);
  });

  it.each(['ticker', 'collateral', 'config.strike_ratio_decimal', 'triggers.cron', ''])(
    'refuses %j in the mask',
    (path) => {
      expect(UPDATE_MASK_PATHS).not.toContain(path);
      expect(applyUpdate(spec, { ...NOTHING, mask: ['triggers', path] })).toEqual({
        ok: false,
        error: path,
      });
    },
  );
});
