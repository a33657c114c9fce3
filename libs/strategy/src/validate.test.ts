import { describe, expect, it } from 'vitest';
import type { AllocationDraft, IntentDraft, TargetDraft, TriggersDraft } from './draft.js';
import { TEMPLATES, templateOf } from './template.js';
import { validateIntent } from './validate.js';

const facts = { isTimeZone: (name: string) => name === 'Europe/Zurich' };

/** The treasury template over 10 000 USDC: no errors and no warnings. */
const SOUND: IntentDraft = {
  type: 'treasury',
  collateral: { asset: 'USDC', amount: '10000' },
  ticker: 'BTC/USDC',
  config: {
    strikeRatio: '0.5',
    maturityDays: 30,
    rebalanceThreshold: '1.5',
    autoRoll: true,
    rollStrategy: 'standard',
  },
  constraints: {
    maxAnnualDriftBps: 200,
    maxSlippagePerRollBps: 10,
    maxCapital: '1000000000',
    stopLossDriftBps: 500,
  },
  notifications: {
    onRoll: true,
    onThresholdBreach: true,
    onStopLoss: true,
    channels: ['inapp', 'webhook'],
  },
  allocation: undefined,
  triggers: undefined,
};

type Config = NonNullable<IntentDraft['config']>;
type Constraints = NonNullable<IntentDraft['constraints']>;
type Notifications = NonNullable<IntentDraft['notifications']>;

const withConfig = (change: Partial<Config>): IntentDraft => ({
  ...SOUND,
  config: { ...(SOUND.config as Config), ...change },
});
const withConstraints = (change: Partial<Constraints>): IntentDraft => ({
  ...SOUND,
  constraints: { ...(SOUND.constraints as Constraints), ...change },
});
const withChannels = (channels: readonly string[]): IntentDraft => ({
  ...SOUND,
  notifications: { ...(SOUND.notifications as Notifications), channels },
});
const withCollateral = (asset: string, amount: string): IntentDraft => ({
  ...SOUND,
  collateral: { asset, amount },
});

const errorsOf = (draft: IntentDraft) =>
  validateIntent(draft, facts).errors.map(({ field, rule }) => `${field} ${rule}`);
const warningsOf = (draft: IntentDraft) =>
  validateIntent(draft, facts).warnings.map(({ field, rule }) => `${field} ${rule}`);

describe('validateIntent', () => {
  it('finds nothing wrong with a sound intent and returns it checked', () => {
    const { valid, errors, warnings, spec } = validateIntent(SOUND, facts);
    expect({ valid, errors, warnings }).toEqual({ valid: true, errors: [], warnings: [] });
    expect(spec?.allocation).toEqual({ kind: 'index' });
    expect(spec?.config).toEqual(SOUND.config);
  });

  it.each<[string, IntentDraft, string]>([
    ['strikeRatio', withConfig({ strikeRatio: '0.009' }), 'config.strike_ratio_decimal RANGE'],
    ['strikeRatio', withConfig({ strikeRatio: '1.000001' }), 'config.strike_ratio_decimal RANGE'],
    ['strikeRatio', withConfig({ strikeRatio: '' }), 'config.strike_ratio_decimal REQUIRED'],
    [
      'strikeRatio',
      withConfig({ strikeRatio: '0.50' }),
      'config.strike_ratio_decimal CANONICAL_DECIMAL',
    ],
    ['maturityDays', withConfig({ maturityDays: 0 }), 'config.maturity_days RANGE'],
    ['maturityDays', withConfig({ maturityDays: 366 }), 'config.maturity_days RANGE'],
    ['maturityDays', withConfig({ maturityDays: 1.5 }), 'config.maturity_days RANGE'],
    [
      'rebalanceThreshold',
      withConfig({ rebalanceThreshold: '0.999' }),
      'config.rebalance_threshold_decimal RANGE',
    ],
    [
      'rebalanceThreshold',
      withConfig({ rebalanceThreshold: '100.1' }),
      'config.rebalance_threshold_decimal RANGE',
    ],
    ['rollStrategy', withConfig({ rollStrategy: 'weekly' }), 'config.roll_strategy ONE_OF'],
    ['autoRoll', withConfig({ autoRoll: undefined }), 'config.auto_roll REQUIRED'],
    [
      'maxAnnualDriftBps',
      withConstraints({ maxAnnualDriftBps: -1 }),
      'constraints.max_annual_drift_bps RANGE',
    ],
    [
      'maxAnnualDriftBps',
      withConstraints({ maxAnnualDriftBps: 10_001 }),
      'constraints.max_annual_drift_bps RANGE',
    ],
    [
      'maxSlippage',
      withConstraints({ maxSlippagePerRollBps: -1 }),
      'constraints.max_slippage_per_roll_bps RANGE',
    ],
    [
      'maxSlippage',
      withConstraints({ maxSlippagePerRollBps: 101 }),
      'constraints.max_slippage_per_roll_bps RANGE',
    ],
    [
      'stopLossDriftBps',
      withConstraints({ stopLossDriftBps: -1 }),
      'constraints.stop_loss_drift_bps RANGE',
    ],
    [
      'stopLossDriftBps',
      withConstraints({ stopLossDriftBps: 10_001 }),
      'constraints.stop_loss_drift_bps RANGE',
    ],
    ['maxCapital', withConstraints({ maxCapital: '0' }), 'constraints.max_capital_decimal RANGE'],
    ['maxCapital', withConstraints({ maxCapital: '-1' }), 'constraints.max_capital_decimal RANGE'],
    [
      'maxCapital',
      withConstraints({ maxCapital: '20000.0000001' }),
      'constraints.max_capital_decimal CANONICAL_DECIMAL',
    ],
    ['type', { ...SOUND, type: 'gamble' }, 'type ONE_OF'],
    ['type', { ...SOUND, type: undefined }, 'type REQUIRED'],
    ['collateral', { ...SOUND, collateral: undefined }, 'collateral REQUIRED'],
    ['asset', withCollateral('DAI', '1'), 'collateral.asset_id ONE_OF'],
    ['amount', withCollateral('USDC', '0'), 'collateral.amount_decimal RANGE'],
    ['amount', withCollateral('USDC', '-5'), 'collateral.amount_decimal RANGE'],
    ['amount', withCollateral('USDC', '1e3'), 'collateral.amount_decimal CANONICAL_DECIMAL'],
    ['amount', withCollateral('USDC', '0.0000001'), 'collateral.amount_decimal CANONICAL_DECIMAL'],
    [
      'amount',
      withCollateral('WBTC', '0.000000001'),
      'collateral.amount_decimal CANONICAL_DECIMAL',
    ],
    ['ticker', { ...SOUND, ticker: '' }, 'ticker REQUIRED'],
    ['ticker', { ...SOUND, ticker: 'B/USDC' }, 'ticker PATTERN'],
    ['ticker', { ...SOUND, ticker: 'BTCBTC/USDC' }, 'ticker PATTERN'],
    ['ticker', { ...SOUND, ticker: 'btc/usdc' }, 'ticker PATTERN'],
    ['ticker', { ...SOUND, ticker: 'BTC/USDC\n' }, 'ticker PATTERN'],
    ['config', { ...SOUND, config: undefined }, 'config REQUIRED'],
    ['constraints', { ...SOUND, constraints: undefined }, 'constraints REQUIRED'],
    ['notifications', { ...SOUND, notifications: undefined }, 'notifications REQUIRED'],
    ['channels', withChannels([]), 'notifications.channels REQUIRED'],
    ['channels', withChannels(['fax']), 'notifications.channels[0] ONE_OF'],
    ['channels', withChannels(['push', 'push']), 'notifications.channels[1] UNIQUE'],
  ])('refuses a bad %s (case %#)', (_name, draft, expected) => {
    expect(errorsOf(draft)).toEqual([expected]);
    expect(validateIntent(draft, facts).spec).toBeUndefined();
  });

  it.each<[string, IntentDraft]>([
    ['maturityDays 1', withConfig({ maturityDays: 1, rollStrategy: 'shortDated' })],
    ['maturityDays 365', withConfig({ maturityDays: 365 })],
    ['rebalanceThreshold 1', withConfig({ rebalanceThreshold: '1' })],
    ['rebalanceThreshold 100', withConfig({ rebalanceThreshold: '100' })],
    ['drift 0, stop-loss 1', withConstraints({ maxAnnualDriftBps: 0, stopLossDriftBps: 1 })],
    ['drift 10 000', withConstraints({ maxAnnualDriftBps: 10_000, stopLossDriftBps: 10_000 })],
    ['stop-loss 0', withConstraints({ stopLossDriftBps: 0 })],
    ['slippage 0', withConstraints({ maxSlippagePerRollBps: 0 })],
    ['slippage 100', withConstraints({ maxSlippagePerRollBps: 100 })],
    ['smallest amount', withCollateral('USDC', '0.000001')],
    ['smallest WETH', withCollateral('WETH', '0.000000000000000001')],
    ['tickers of two and five letters', { ...SOUND, ticker: 'AB/ABCDE' }],
    ['all channels', withChannels(['email', 'push', 'inapp', 'webhook'])],
  ])('accepts %s', (_name, draft) => {
    expect(errorsOf(draft)).toEqual([]);
  });

  it('refuses collateral above the capital limit and takes it at the limit', () => {
    const limit = { ...(SOUND.constraints as Constraints), maxCapital: '100' };
    const at100 = { ...SOUND, collateral: { asset: 'USDC', amount: '100' }, constraints: limit };
    const above = { ...at100, collateral: { asset: 'USDC', amount: '100.000001' } };
    expect(errorsOf(at100)).toEqual([]);
    expect(validateIntent(above, facts).errors).toEqual([
      {
        field: 'collateral.amount_decimal',
        rule: 'CAPITAL_LIMIT',
        found: '100.000001',
        limit: 'at most constraints.max_capital, 100',
        message: 'was 100.000001, must be at most constraints.max_capital, 100',
      },
    ]);
  });

  it('returns every violation at once, in field order', () => {
    const empty: IntentDraft = {
      type: '',
      collateral: { asset: '', amount: '' },
      ticker: '',
      config: {
        strikeRatio: '',
        maturityDays: undefined,
        rebalanceThreshold: '',
        autoRoll: undefined,
        rollStrategy: '',
      },
      constraints: {
        maxAnnualDriftBps: undefined,
        maxSlippagePerRollBps: undefined,
        maxCapital: '',
        stopLossDriftBps: undefined,
      },
      notifications: {
        onRoll: undefined,
        onThresholdBreach: undefined,
        onStopLoss: undefined,
        channels: [],
      },
      allocation: { kind: 'targetWeights', targets: [], policyId: '' },
      triggers: {
        schedule: { cron: '', timeZone: '' },
        driftBand: undefined,
        cooldownSeconds: -1,
        slippageBudget: undefined,
      },
    };
    expect(validateIntent(empty, facts).errors.map(({ field }) => field)).toEqual([
      'type',
      'collateral.asset_id',
      'collateral.amount_decimal',
      'ticker',
      'config.strike_ratio_decimal',
      'config.maturity_days',
      'config.rebalance_threshold_decimal',
      'config.auto_roll',
      'config.roll_strategy',
      'constraints.max_annual_drift_bps',
      'constraints.max_slippage_per_roll_bps',
      'constraints.max_capital_decimal',
      'constraints.stop_loss_drift_bps',
      'notifications.on_roll',
      'notifications.on_threshold_breach',
      'notifications.on_stop_loss',
      'notifications.channels',
      'allocation.target_weights.targets',
      'triggers.schedule.cron',
      'triggers.schedule.time_zone',
      'triggers.cooldown_seconds',
    ]);
  });
});

describe('warnings', () => {
  it.each<[string, IntentDraft, IntentDraft]>([
    [
      'constraints.stop_loss_drift_bps STOP_LOSS_WITHIN_DRIFT',
      withConstraints({ stopLossDriftBps: 200 }),
      withConstraints({ stopLossDriftBps: 201 }),
    ],
    [
      'config.maturity_days SHORT_MATURITY_STANDARD_ROLLS',
      withConfig({ maturityDays: 6 }),
      withConfig({ maturityDays: 7 }),
    ],
    [
      'config.strike_ratio_decimal HIGH_STRIKE',
      withConfig({ strikeRatio: '0.800001', rebalanceThreshold: '1' }),
      withConfig({ strikeRatio: '0.8', rebalanceThreshold: '1' }),
    ],
    [
      'constraints.max_annual_drift_bps TREASURY_HIGH_DRIFT',
      withConstraints({ maxAnnualDriftBps: 501, stopLossDriftBps: 600 }),
      withConstraints({ maxAnnualDriftBps: 500, stopLossDriftBps: 600 }),
    ],
    [
      'config.maturity_days YIELD_SHORT_MATURITY',
      { ...withConfig({ maturityDays: 13 }), type: 'yield' },
      { ...withConfig({ maturityDays: 14 }), type: 'yield' },
    ],
    [
      'config.rebalance_threshold_decimal ROLLS_AT_FIRST_TICK',
      withConfig({ strikeRatio: '0.5', rebalanceThreshold: '2' }),
      withConfig({ strikeRatio: '0.5', rebalanceThreshold: '1.999' }),
    ],
  ])('%s is raised on one side of its bound only, and blocks nothing', (expected, over, under) => {
    expect(warningsOf(over)).toEqual([expected]);
    expect(validateIntent(over, facts).valid).toBe(true);
    expect(warningsOf(under)).toEqual([]);
  });

  it('lets leverage have a high strike, and short maturities roll early', () => {
    expect(
      warningsOf({
        ...withConfig({ strikeRatio: '0.9', rebalanceThreshold: '1' }),
        type: 'leverage',
      }),
    ).toEqual([]);
    expect(warningsOf(withConfig({ maturityDays: 6, rollStrategy: 'shortDated' }))).toEqual([]);
  });
});

describe('traps of the source', () => {
  const fromTemplate = (type: string): IntentDraft => {
    const template = templateOf(type);
    if (template === undefined) throw new Error(type);
    const { config, constraints, notifications } = template;
    return { ...SOUND, type, config, constraints, notifications };
  };

  it('T15: the custom template trips its own stop-loss warning (1000/1000)', () => {
    expect(warningsOf(fromTemplate('custom'))).toEqual([
      'constraints.stop_loss_drift_bps STOP_LOSS_WITHIN_DRIFT',
    ]);
  });

  it('T17: strikeRatio runs from 0.01 to 1, both inclusive', () => {
    expect(errorsOf(withConfig({ strikeRatio: '0.01' }))).toEqual([]);
    expect(errorsOf(withConfig({ strikeRatio: '1', rebalanceThreshold: '1' }))).toEqual([]);
    expect(errorsOf(withConfig({ strikeRatio: '0.0099' }))).toHaveLength(1);
    expect(errorsOf(withConfig({ strikeRatio: '1.0001' }))).toHaveLength(1);
    expect(errorsOf(withConfig({ strikeRatio: '0' }))).toHaveLength(1);
  });

  it('T21: the yield template rolls at the first tick down (0.5 × 2), and is warned of', () => {
    expect(warningsOf(fromTemplate('yield'))).toEqual([
      'config.rebalance_threshold_decimal ROLLS_AT_FIRST_TICK',
    ]);
  });

  it('the other templates raise nothing, and all five are valid', () => {
    for (const { type } of TEMPLATES) {
      expect(errorsOf(fromTemplate(type))).toEqual([]);
      if (type !== 'custom' && type !== 'yield') expect(warningsOf(fromTemplate(type))).toEqual([]);
    }
  });
});

describe('allocation', () => {
  const target = (change: Partial<TargetDraft> = {}): TargetDraft => ({
    assetId: 'BTC',
    side: 'LONG',
    weightBps: 5000,
    kappa: '',
    investible: true,
    ...change,
  });
  const weights = (targets: readonly TargetDraft[], policyId = ''): IntentDraft => ({
    ...SOUND,
    allocation: { kind: 'targetWeights', targets, policyId },
  });
  const path = 'allocation.target_weights.targets';

  it('takes a weight sum of 10 000 and refuses 10 001', () => {
    const eth = (weightBps: number) => target({ assetId: 'ETH', weightBps });
    expect(errorsOf(weights([target(), eth(5000)]))).toEqual([]);
    expect(validateIntent(weights([target(), eth(5001)]), facts).errors).toEqual([
      {
        field: path,
        rule: 'WEIGHT_SUM',
        found: 'a weight sum of 10001 bps',
        limit: 'at most 10000 bps',
        message: 'was a weight sum of 10001 bps, must be at most 10000 bps',
      },
    ]);
  });

  it.each<[string, TargetDraft, string]>([
    ['a weight below 0', target({ weightBps: -1 }), `${path}[0].weight_bps WEIGHT`],
    ['a weight above 10 000', target({ weightBps: 10_001 }), `${path}[0].weight_bps WEIGHT`],
    ['no side', target({ side: undefined }), `${path}[0].side REQUIRED`],
    ['no asset', target({ assetId: '' }), `${path}[0].asset_id REQUIRED`],
    ['an asset in small letters', target({ assetId: 'btc' }), `${path}[0].asset_id PATTERN`],
    ['the underlying itself', target({ assetId: 'USDC' }), `${path}[0].asset_id ONE_OF`],
    ['a long with κ 1.5', target({ kappa: '1.5' }), `${path}[0].kappa_decimal KAPPA`],
    ['a short without κ', target({ side: 'SHORT' }), `${path}[0].kappa_decimal KAPPA`],
    ['a short with κ 1', target({ side: 'SHORT', kappa: '1' }), `${path}[0].kappa_decimal KAPPA`],
    [
      'a κ that is not canonical',
      target({ side: 'SHORT', kappa: '1.50' }),
      `${path}[0].kappa_decimal CANONICAL_DECIMAL`,
    ],
  ])('refuses %s', (_name, bad, expected) => {
    expect(errorsOf(weights([bad]))).toEqual([expected]);
  });

  it('takes long and short of one asset, and refuses one position twice, aliases resolved', () => {
    const short = target({ side: 'SHORT', kappa: '1.5' });
    expect(errorsOf(weights([target(), short]))).toEqual([]);
    expect(errorsOf(weights([target(), target({ assetId: 'WBTC' })]))).toEqual([
      `${path}[1].asset_id UNIQUE`,
    ]);
  });

  it.each<[string, AllocationDraft, string]>([
    [
      'no policy',
      { kind: 'solver', policyId: '', allowedStrategies: ['a'], managerId: '' },
      'allocation.solver.policy_id REQUIRED',
    ],
    [
      'no strategy',
      { kind: 'solver', policyId: 'p', allowedStrategies: [], managerId: '' },
      'allocation.solver.allowed_strategies REQUIRED',
    ],
    [
      'a strategy twice',
      { kind: 'solver', policyId: 'p', allowedStrategies: ['a', 'a'], managerId: '' },
      'allocation.solver.allowed_strategies[1] UNIQUE',
    ],
    [
      'a manager that is no name',
      { kind: 'solver', policyId: 'p', allowedStrategies: ['a'], managerId: 'm/1' },
      'allocation.solver.manager_id PATTERN',
    ],
    [
      'a strategy that is no name',
      { kind: 'solver', policyId: 'p', allowedStrategies: ['a b'], managerId: '' },
      'allocation.solver.allowed_strategies[0] PATTERN',
    ],
  ])('refuses a solver allocation with %s', (_name, allocation, expected) => {
    expect(errorsOf({ ...SOUND, allocation })).toEqual([expected]);
  });
});

describe('triggers', () => {
  const none: TriggersDraft = {
    schedule: undefined,
    driftBand: undefined,
    cooldownSeconds: undefined,
    slippageBudget: undefined,
  };
  const withTriggers = (change: Partial<TriggersDraft>): IntentDraft => ({
    ...SOUND,
    triggers: { ...none, ...change },
  });
  const zone = 'Europe/Zurich';

  it.each<[Partial<TriggersDraft>, string]>([
    [{ schedule: { cron: '* * * *', timeZone: zone } }, 'triggers.schedule.cron PATTERN'],
    [{ schedule: { cron: '60 * * * *', timeZone: zone } }, 'triggers.schedule.cron PATTERN'],
    [
      { schedule: { cron: '0 8 * * *', timeZone: 'Mars/Base' } },
      'triggers.schedule.time_zone PATTERN',
    ],
    [
      { driftBand: { kind: 'ABSOLUTE', widthBps: 10_001, goal: 'EDGE' } },
      'triggers.drift_band.width_bps RANGE',
    ],
    [
      { driftBand: { kind: 'ABSOLUTE', widthBps: 1, goal: undefined } },
      'triggers.drift_band.goal REQUIRED',
    ],
    [{ cooldownSeconds: -1 }, 'triggers.cooldown_seconds RANGE'],
    [
      { slippageBudget: { budgetBps: -1, windowSeconds: 1 } },
      'triggers.slippage_budget.budget_bps RANGE',
    ],
    [
      { slippageBudget: { budgetBps: 1, windowSeconds: 0 } },
      'triggers.slippage_budget.window_seconds RANGE',
    ],
  ])('refuses case %#', (change, expected) => {
    expect(errorsOf(withTriggers(change))).toEqual([expected]);
  });

  it('takes all of them together', () => {
    const draft = withTriggers({
      schedule: { cron: '0,30 8-17/2 1 */3 1-5', timeZone: zone },
      driftBand: { kind: 'RELATIVE', widthBps: 0, goal: 'CENTRE' },
      cooldownSeconds: 0,
      slippageBudget: { budgetBps: 10_000, windowSeconds: 1 },
    });
    expect(errorsOf(draft)).toEqual([]);
  });
});
