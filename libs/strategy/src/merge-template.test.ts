import { describe, expect, it } from 'vitest';
import { derive } from './derive.js';
import { mergeTemplate } from './merge-template.js';
import { TEMPLATES, templateOf, type Template } from './template.js';

const treasury = templateOf('treasury') as Template;

describe('the five templates', () => {
  it.each([
    ['treasury', 'Treasury Management', 13, 130, true],
    ['hedge', 'Portfolio Hedge', 27, 405, false],
    ['leverage', 'Leveraged Exposure', 53, 1325, false],
    ['yield', 'Yield Generation', 7, 70, false],
    ['custom', 'Custom Strategy', 13, 260, true],
  ])('%s derives what the rules expect', (type, label, rolls, cost, optimal) => {
    const template = templateOf(type) as Template;
    expect(template.label).toBe(label);
    expect(template.description.length).toBeGreaterThan(80);
    expect(derive(template.config, template.constraints)).toEqual({
      expectedRollsPerYear: rolls,
      estimatedMaxAnnualCostBps: cost,
      isPaperOptimal: optimal,
    });
  });

  it('T14: the yield template is not paper-optimal, because 60 days are not 30', () => {
    const { config, constraints } = templateOf('yield') as Template;
    expect(derive(config, constraints).isPaperOptimal).toBe(false);
    expect(derive({ ...config, maturityDays: 30 }, constraints).isPaperOptimal).toBe(true);
    expect(derive({ strikeRatio: '0.51', maturityDays: 30 }, constraints).isPaperOptimal).toBe(
      false,
    );
  });

  it('have every value of the table', () => {
    const rows = TEMPLATES.map(({ type, config: c, constraints: k, notifications: n }) =>
      [
        type,
        ...[c.strikeRatio, c.maturityDays, c.rebalanceThreshold, c.autoRoll, c.rollStrategy],
        ...[k.maxAnnualDriftBps, k.maxSlippagePerRollBps, k.maxCapital, k.stopLossDriftBps],
        ...[n.onRoll, n.onThresholdBreach, n.onStopLoss, n.channels.join('+')],
      ].join(' '),
    );
    expect(rows).toEqual([
      'treasury 0.5 30 1.5 true standard 200 10 1000000000 500 true true true inapp+webhook',
      'hedge 0.3 14 1.3 true shortDated 500 15 50000000 800 true true true inapp+push+webhook',
      'leverage 0.8 7 1.2 true shortDated 2000 25 1000000 5000 true true true inapp+push',
      'yield 0.5 60 2 true standard 300 10 10000000 600 true false true inapp',
      'custom 0.5 30 1.5 false manual 1000 20 1000000 1000 false false false inapp',
    ]);
  });
});

describe('mergeTemplate', () => {
  it('changes the named fields and keeps the others', () => {
    const merged = mergeTemplate(treasury, {
      config: { strikeRatio: '0.55' },
      notifications: { channels: ['email'] },
    });
    expect(merged).toEqual({
      ok: true,
      value: {
        config: { ...treasury.config, strikeRatio: '0.55' },
        constraints: treasury.constraints,
        notifications: { ...treasury.notifications, channels: ['email'] },
      },
    });
  });

  it('takes no overrides at all', () => {
    expect(mergeTemplate(treasury, undefined).ok).toBe(true);
    expect(mergeTemplate(treasury, {}).ok).toBe(true);
  });

  it('lets an override set zero, false and the empty list', () => {
    const merged = mergeTemplate(treasury, {
      config: { autoRoll: false },
      constraints: { maxSlippagePerRollBps: 0 },
      notifications: { channels: [] },
    });
    expect(merged.ok && merged.value.config.autoRoll).toBe(false);
    expect(merged.ok && merged.value.constraints.maxSlippagePerRollBps).toBe(0);
    expect(merged.ok && merged.value.notifications.channels).toEqual([]);
  });

  it.each([
    ['{"vault": {}}', 'overrides.vault'],
    ['{"__proto__": {"polluted": true}}', 'overrides.__proto__'],
    ['{"constructor": {}}', 'overrides.constructor'],
    ['{"config": {"strike": "0.5"}}', 'overrides.config.strike'],
    ['{"config": {"__proto__": {"autoRoll": false}}}', 'overrides.config.__proto__'],
    ['{"constraints": {"constructor": 1}}', 'overrides.constraints.constructor'],
    ['{"notifications": {"prototype": 1}}', 'overrides.notifications.prototype'],
    ['{"notifications": {"toString": 1}}', 'overrides.notifications.toString'],
  ])('refuses the unknown key of %s', (json, field) => {
    const merged = mergeTemplate(treasury, JSON.parse(json));
    expect(merged.ok ? [] : merged.error.map((found) => [found.field, found.rule])).toEqual([
      [field, 'UNKNOWN_KEY'],
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses a value of another kind, and what is no object, all at once', () => {
    const merged = mergeTemplate(treasury, {
      config: { maturityDays: '30', rollStrategy: 1 },
      constraints: [],
      notifications: { channels: 'email' },
    });
    expect(merged.ok ? [] : merged.error.map(({ field }) => field)).toEqual([
      'overrides.config.maturityDays',
      'overrides.config.rollStrategy',
      'overrides.constraints',
      'overrides.notifications.channels',
    ]);
    expect(mergeTemplate(treasury, null).ok).toBe(false);
    expect(mergeTemplate(treasury, 'x').ok).toBe(false);
  });

  it('leaves the template as it was', () => {
    const before = JSON.stringify(treasury);
    mergeTemplate(treasury, { config: { strikeRatio: '0.9' } });
    expect(JSON.stringify(treasury)).toBe(before);
  });
});
