import {
  compareDecimals,
  DECIMAL_ONE,
  DECIMAL_ZERO,
  decimalOf,
  parseDecimal,
} from '@trimtab/decimal';
import {
  at,
  decimalWithin,
  flag,
  integerWithin,
  matching,
  oneOf,
  quoted,
  type DecimalBounds,
  type Report,
} from './checks.js';
import type { ConfigDraft, ConstraintsDraft, IntentDraft, NotificationsDraft } from './draft.js';
import {
  CHANNELS,
  COLLATERAL_ASSETS,
  COLLATERAL_DECIMALS,
  ROLL_STRATEGIES,
  UNDERLYING_DECIMALS,
  type Channel,
  type Collateral,
  type Config,
  type Constraints,
  type Notifications,
} from './intent-spec.js';
import { violation } from './violation.js';

/** Ranges of the parameters (intent rules, StrategyIntent). Every bound is inclusive. */
export const RANGES = {
  maturityDays: { min: 1, max: 365 },
  maxAnnualDriftBps: { min: 0, max: 10_000 },
  maxSlippagePerRollBps: { min: 0, max: 100 },
  stopLossDriftBps: { min: 0, max: 10_000 },
} as const;

const MAX_RATIO_SCALE = 18;
const STRIKE_RATIO: DecimalBounds = {
  min: decimalOf(1n, 2),
  minExclusive: false,
  max: DECIMAL_ONE,
  scale: MAX_RATIO_SCALE,
};
const REBALANCE_THRESHOLD: DecimalBounds = {
  min: DECIMAL_ONE,
  minExclusive: false,
  max: decimalOf(100n, 0),
  scale: MAX_RATIO_SCALE,
};
/** The vault's deposit limit is a whole number of base units of the underlying. */
const MAX_CAPITAL = positive(UNDERLYING_DECIMALS);
const TICKER = /^[A-Z]{2,5}\/[A-Z]{2,5}$/;

/**
 * Checks the capital: an asset that is accepted, an amount that it can express, and (a decision of the
 * rules) not more than the capital limit, both as plain numbers.
 */
export function checkCollateral(
  report: Report,
  draft: IntentDraft['collateral'],
  maxCapital: string | undefined,
): Collateral | undefined {
  if (draft === undefined) {
    report(violation('collateral', 'REQUIRED', '', 'an asset and an amount'));
    return undefined;
  }
  const asset = oneOf(at(report, 'collateral.asset_id'), draft.asset, COLLATERAL_ASSETS);
  const scale = asset === undefined ? MAX_RATIO_SCALE : COLLATERAL_DECIMALS[asset];
  const field = 'collateral.amount_decimal';
  const amount = decimalWithin(at(report, field), draft.amount, positive(scale));
  if (amount === undefined || draft.amount === undefined) return undefined;
  const limit = parseDecimal(maxCapital ?? '');
  if (limit.ok && limit.value.digits > 0n && compareDecimals(amount, limit.value) > 0) {
    const most = `at most constraints.max_capital, ${maxCapital ?? ''}`;
    report(violation(field, 'CAPITAL_LIMIT', draft.amount, most));
  }
  return asset === undefined ? undefined : { asset, amount: draft.amount };
}

/** Checks the form of the ticker. */
export function checkTicker(report: Report, ticker: string | undefined): string | undefined {
  const form = 'two to five capital letters, a slash, two to five capital letters';
  return matching(at(report, 'ticker'), ticker, TICKER, form);
}

/** Checks every strategy parameter. */
export function checkConfig(report: Report, draft: ConfigDraft | undefined): Partial<Config> {
  if (draft === undefined) {
    report(violation('config', 'REQUIRED', '', 'the strategy parameters'));
    return {};
  }
  const strike = decimalWithin(
    at(report, 'config.strike_ratio_decimal'),
    draft.strikeRatio,
    STRIKE_RATIO,
  );
  const maturityDays = integerWithin(
    at(report, 'config.maturity_days'),
    draft.maturityDays,
    RANGES.maturityDays,
  );
  const threshold = decimalWithin(
    at(report, 'config.rebalance_threshold_decimal'),
    draft.rebalanceThreshold,
    REBALANCE_THRESHOLD,
  );
  const autoRoll = flag(at(report, 'config.auto_roll'), draft.autoRoll);
  const rollStrategy = oneOf(
    at(report, 'config.roll_strategy'),
    draft.rollStrategy,
    ROLL_STRATEGIES,
  );
  return {
    ...(strike !== undefined && defined('strikeRatio', draft.strikeRatio)),
    ...defined('maturityDays', maturityDays),
    ...(threshold !== undefined && defined('rebalanceThreshold', draft.rebalanceThreshold)),
    ...defined('autoRoll', autoRoll),
    ...defined('rollStrategy', rollStrategy),
  };
}

/** Checks every risk limit. */
export function checkConstraints(
  report: Report,
  draft: ConstraintsDraft | undefined,
): Partial<Constraints> {
  if (draft === undefined) {
    report(violation('constraints', 'REQUIRED', '', 'the risk limits'));
    return {};
  }
  const whole = (key: 'maxAnnualDriftBps' | 'maxSlippagePerRollBps' | 'stopLossDriftBps') =>
    integerWithin(at(report, CONSTRAINT_FIELDS[key]), draft[key], RANGES[key]);
  const drift = whole('maxAnnualDriftBps');
  const slippage = whole('maxSlippagePerRollBps');
  const capital = decimalWithin(
    at(report, 'constraints.max_capital_decimal'),
    draft.maxCapital,
    MAX_CAPITAL,
  );
  const stopLoss = whole('stopLossDriftBps');
  return {
    ...defined('maxAnnualDriftBps', drift),
    ...defined('maxSlippagePerRollBps', slippage),
    ...(capital !== undefined && defined('maxCapital', draft.maxCapital)),
    ...defined('stopLossDriftBps', stopLoss),
  };
}

const CONSTRAINT_FIELDS = {
  maxAnnualDriftBps: 'constraints.max_annual_drift_bps',
  maxSlippagePerRollBps: 'constraints.max_slippage_per_roll_bps',
  stopLossDriftBps: 'constraints.stop_loss_drift_bps',
} as const;

/** Checks the preferences: at least one channel, each known, none twice. */
export function checkNotifications(
  report: Report,
  draft: NotificationsDraft | undefined,
): Notifications | undefined {
  if (draft === undefined) {
    report(violation('notifications', 'REQUIRED', '', 'the notification preferences'));
    return undefined;
  }
  const onRoll = flag(at(report, 'notifications.on_roll'), draft.onRoll);
  const onBreach = flag(at(report, 'notifications.on_threshold_breach'), draft.onThresholdBreach);
  const onStopLoss = flag(at(report, 'notifications.on_stop_loss'), draft.onStopLoss);
  const channels = checkChannels(report, draft.channels);
  if (onRoll === undefined || onBreach === undefined || onStopLoss === undefined) return undefined;
  return { onRoll, onThresholdBreach: onBreach, onStopLoss, channels };
}

function checkChannels(report: Report, words: readonly string[]): readonly Channel[] {
  const field = 'notifications.channels';
  if (words.length === 0) {
    report(violation(field, 'REQUIRED', '', `at least one of ${CHANNELS.join(', ')}`));
  }
  const seen = new Set<string>();
  return words.flatMap((word, index) => {
    const place = at(report, `${field}[${index}]`);
    const channel = oneOf(place, word, CHANNELS);
    if (channel === undefined) return [];
    if (seen.has(channel)) {
      report(violation(place.field, 'UNIQUE', quoted(channel), 'stated once'));
      return [];
    }
    seen.add(channel);
    return [channel];
  });
}

function positive(scale: number): DecimalBounds {
  return { min: DECIMAL_ZERO, minExclusive: true, max: undefined, scale };
}

function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const record: Partial<Record<K, V>> = {};
  if (value !== undefined) record[key] = value;
  return record;
}
