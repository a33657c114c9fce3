import { describe, expect, it } from 'vitest';
import {
  createFromTemplate,
  deriveParams,
  StrategyOverridesError,
  StrategyParameterError,
  validateStrategyConfig,
  type StrategyOverrides,
} from './index.js';

describe('createFromTemplate', () => {
  it('merges overrides field by field over the template, decimals exact', () => {
    const strategy = createFromTemplate('treasury', { config: { strikeRatio: 0.55 } });
    expect(strategy).toEqual({
      type: 'treasury',
      config: {
        strikeRatio: '0.55',
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
    });
  });

  it('takes a field that is stated as undefined as absent', () => {
    const overrides = { config: { maturityDays: undefined } } as unknown as StrategyOverrides;
    expect(createFromTemplate('yield', overrides)).toEqual(createFromTemplate('yield'));
  });

  it.each<readonly [string, string, string]>([
    ['an unknown key', '{"config":{"strike":1}}', 'overrides.config.strike'],
    ['an unknown part', '{"triggers":{}}', 'overrides.triggers'],
    ['__proto__', '{"config":{"__proto__":{"a":1}}}', 'overrides.config.__proto__'],
    ['__proto__ as a part', '{"__proto__":{"config":{}}}', 'overrides.__proto__'],
    ['constructor', '{"constraints":{"constructor":1}}', 'overrides.constraints.constructor'],
    ['a value of another kind', '{"config":{"autoRoll":"yes"}}', 'overrides.config.autoRoll'],
  ])('refuses %s by its path', (_name, json, path) => {
    const act = (): unknown =>
      createFromTemplate('treasury', JSON.parse(json) as StrategyOverrides);
    expect(act).toThrow(StrategyOverridesError);
    expect(act).toThrow(path);
  });

  it('refuses a type that is none', () => {
    expect(() => createFromTemplate('growth' as 'yield')).toThrow('type was "growth"');
  });
});

describe('validateStrategyConfig', () => {
  it('says that a template is valid and passes its warnings on', () => {
    const { config, constraints } = createFromTemplate('custom');
    const found = validateStrategyConfig('custom', config, constraints);
    expect(found).toMatchObject({ valid: true, errors: [] });
    expect(found.warningDetails.map(({ rule }) => rule)).toEqual(['STOP_LOSS_WITHIN_DRIFT']);
  });

  it('names every bad field in the JSON of the caller, with what was found and what is allowed', () => {
    const { config, constraints } = createFromTemplate('treasury');
    const found = validateStrategyConfig(
      'treasury',
      { ...config, strikeRatio: 1.01, maturityDays: 366 },
      { ...constraints, maxCapital: 'much' },
    );
    expect(found.valid).toBe(false);
    expect(found.errorDetails.map(({ field, rule, found: was }) => [field, rule, was])).toEqual([
      ['config.strikeRatio', 'RANGE', '1.01'],
      ['config.maturityDays', 'RANGE', '366'],
      ['constraints.maxCapital', 'CANONICAL_DECIMAL', '"much"'],
    ]);
    expect(found.errors[1]).toBe(
      'config.maturityDays was 366, must be a whole number from 1 to 365',
    );
  });
});

describe('deriveParams', () => {
  it.each([
    ['treasury', 13, 130, true],
    ['hedge', 27, 405, false],
    ['leverage', 53, 1325, false],
    ['yield', 7, 70, false],
    ['custom', 13, 260, true],
  ] as const)('gives %s %i rolls, %i bps a year', (type, rolls, costBps, isPaperOptimal) => {
    const { config, constraints } = createFromTemplate(type);
    expect(deriveParams(config, constraints)).toEqual({
      expectedRollsPerYear: rolls,
      estimatedMaxAnnualCostBps: costBps,
      isPaperOptimal,
    });
  });

  it('takes 0.5 and 0.50 as the same strike', () => {
    const limits = { maxSlippagePerRollBps: 10 };
    for (const strikeRatio of [0.5, '0.50']) {
      expect(deriveParams({ strikeRatio, maturityDays: 30 }, limits).isPaperOptimal).toBe(true);
    }
  });

  it.each([0, 1.5, Number.NaN])('refuses %s days', (maturityDays) => {
    const act = (): unknown =>
      deriveParams({ strikeRatio: 0.5, maturityDays }, { maxSlippagePerRollBps: 1 });
    expect(act).toThrow(StrategyParameterError);
  });
});
