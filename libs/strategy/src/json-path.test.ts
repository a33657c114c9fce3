import { describe, expect, it } from 'vitest';
import { jsonPathOf } from './json-path.js';

describe('jsonPathOf', () => {
  it.each([
    ['config.strike_ratio_decimal', 'config.strikeRatio'],
    ['collateral.asset_id', 'collateral.asset'],
    ['collateral.amount_decimal', 'collateral.amount'],
    ['constraints.max_slippage_per_roll_bps', 'constraints.maxSlippagePerRollBps'],
    ['notifications.channels[1]', 'notifications.channels[1]'],
    ['triggers.schedule.time_zone', 'triggers.schedule.timeZone'],
    ['ticker', 'ticker'],
    ['asset_identity', 'assetIdentity'],
  ])('writes %s as %s', (field, path) => {
    expect(jsonPathOf(field)).toBe(path);
  });
});
