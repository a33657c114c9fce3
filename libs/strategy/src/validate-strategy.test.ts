import { describe, expect, it } from 'vitest';
import { TEMPLATES, templateOf, type Template } from './template.js';
import { validateIntent } from './validate.js';
import { validateStrategy } from './validate-strategy.js';

const treasury = templateOf('treasury') as Template;

describe('validateStrategy', () => {
  it.each(TEMPLATES.map((template) => [template.type, template] as const))(
    'says of the %s template what the validation of a whole intent says',
    (type, { config, constraints, notifications }) => {
      const whole = validateIntent(
        {
          type,
          ticker: 'BTC/USDC',
          collateral: { asset: 'USDC', amount: '1' },
          config,
          constraints,
          notifications,
          allocation: undefined,
          triggers: undefined,
        },
        { isTimeZone: () => true },
      );
      const { valid, errors, warnings, derived } = validateStrategy(type, config, constraints);
      expect({ valid, errors, warnings, derived }).toEqual({
        valid: whole.valid,
        errors: whole.errors,
        warnings: whole.warnings,
        derived: whole.derived,
      });
    },
  );

  it('finds every error of type, parameters and limits at once, and derives nothing then', () => {
    const found = validateStrategy(
      'growth',
      { ...treasury.config, strikeRatio: '0.001', maturityDays: 0 },
      { ...treasury.constraints, maxSlippagePerRollBps: 101 },
    );
    expect(found.errors.map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'type ONE_OF',
      'config.strike_ratio_decimal RANGE',
      'config.maturity_days RANGE',
      'constraints.max_slippage_per_roll_bps RANGE',
    ]);
    expect(found.valid).toBe(false);
    expect(found.derived).toBeUndefined();
  });

  it('asks for parameters and limits that are absent', () => {
    const { errors } = validateStrategy('treasury', undefined, undefined);
    expect(errors.map(({ field }) => field)).toEqual(['config', 'constraints']);
  });
});
