import { err, ok, type Result } from '@trimtab/core';
import { JsonSyntaxError, readJson } from '@trimtab/gateway/json';
import { isTimeZone } from '@trimtab/intent';
import {
  jsonPathOf,
  resolveAsset,
  UNDERLYING,
  validateIntent,
  violation,
  type IntentDraft,
  type IntentSpec,
  type TriggersDraft,
  type Violation,
} from '@trimtab/strategy';
import { fieldsOf, type JsonFields } from './json-fields.js';

/**
 * Reads an intent as the REST routes take it: type, collateral, ticker, config, constraints,
 * notifications, and if wanted allocation and triggers. Decimals may be numbers; every digit counts.
 *
 * @returns the checked intent, or every violation with its path in the file
 */
export function readIntentFile(text: string): Result<IntentSpec, readonly Violation[]> {
  const json = parse(text);
  if (!json.ok) return err([json.error]);
  const found: Violation[] = [];
  const report = (one: Violation): number => found.push(one);
  const fields = fieldsOf(json.value, { path: '', keys: INTENT_KEYS, report });
  const draft = draftOf(fields);
  // Weights and solver plans need services that a backtest does not have.
  fields.object('allocation', ['index'])?.object('index', []);
  const checked = validateIntent(draft, { isTimeZone });
  // What has no readable form is absent for the rules: one word about it is enough.
  const known = new Set(found.map(({ field }) => field));
  const broken = checked.errors
    .map((one) => ({ ...one, field: jsonPathOf(one.field) }))
    .filter(({ field }) => !known.has(field));
  const errors = [...found, ...broken, ...foreignCollateral(checked.spec)];
  return errors.length === 0 && checked.spec !== undefined ? ok(checked.spec) : err(errors);
}

const INTENT_KEYS = [
  'type',
  'collateral',
  'ticker',
  'config',
  'constraints',
  'notifications',
  'allocation',
  'triggers',
];
const CONFIG_KEYS = [
  'strikeRatio',
  'maturityDays',
  'rebalanceThreshold',
  'autoRoll',
  'rollStrategy',
];
const CONSTRAINT_KEYS = [
  'maxAnnualDriftBps',
  'maxSlippagePerRollBps',
  'maxCapital',
  'stopLossDriftBps',
];
const NOTIFICATION_KEYS = ['onRoll', 'onThresholdBreach', 'onStopLoss', 'channels'];

function parse(text: string): Result<unknown, Violation> {
  try {
    return ok(readJson(text));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return err({
      field: '',
      rule: 'PATTERN',
      found: 'text',
      limit: 'JSON',
      message: error.message,
    });
  }
}

function draftOf(fields: JsonFields): IntentDraft {
  const collateral = fields.object('collateral', ['asset', 'amount']);
  const config = fields.object('config', CONFIG_KEYS);
  const constraints = fields.object('constraints', CONSTRAINT_KEYS);
  const notifications = fields.object('notifications', NOTIFICATION_KEYS);
  return {
    type: fields.text('type'),
    collateral: collateral && {
      asset: collateral.text('asset'),
      amount: collateral.decimal('amount'),
    },
    ticker: fields.text('ticker'),
    config: config && {
      strikeRatio: config.decimal('strikeRatio'),
      maturityDays: config.integer('maturityDays'),
      rebalanceThreshold: config.decimal('rebalanceThreshold'),
      autoRoll: config.flag('autoRoll'),
      rollStrategy: config.text('rollStrategy'),
    },
    constraints: constraints && {
      maxAnnualDriftBps: constraints.integer('maxAnnualDriftBps'),
      maxSlippagePerRollBps: constraints.integer('maxSlippagePerRollBps'),
      maxCapital: constraints.decimal('maxCapital'),
      stopLossDriftBps: constraints.integer('stopLossDriftBps'),
    },
    notifications: notifications && {
      onRoll: notifications.flag('onRoll'),
      onThresholdBreach: notifications.flag('onThresholdBreach'),
      onStopLoss: notifications.flag('onStopLoss'),
      channels: notifications.texts('channels'),
    },
    allocation: { kind: 'index' },
    triggers: triggersOf(fields),
  };
}

function triggersOf(fields: JsonFields): TriggersDraft | undefined {
  const triggers = fields.object('triggers', ['schedule', 'cooldownSeconds', 'slippageBudget']);
  if (triggers === undefined) return undefined;
  const schedule = triggers.object('schedule', ['cron', 'timeZone']);
  const budget = triggers.object('slippageBudget', ['budgetBps', 'windowSeconds']);
  return {
    schedule: schedule && {
      cron: schedule.text('cron') ?? '',
      timeZone: schedule.text('timeZone') ?? '',
    },
    driftBand: undefined,
    cooldownSeconds: triggers.integer('cooldownSeconds'),
    slippageBudget: budget && {
      budgetBps: budget.integer('budgetBps') ?? NaN,
      windowSeconds: budget.integer('windowSeconds') ?? NaN,
    },
  };
}

/** The file has prices of the base alone: no other asset can be valued. */
function foreignCollateral(spec: IntentSpec | undefined): readonly Violation[] {
  if (spec === undefined) return [];
  const { ticker, collateral } = spec;
  const base = resolveAsset(ticker.split('/')[0] ?? '');
  if (collateral.asset === UNDERLYING || collateral.asset === base) return [];
  const limit = `${UNDERLYING} or ${base}, for the prices are of ${ticker}`;
  return [violation('collateral.asset', 'ONE_OF', `"${collateral.asset}"`, limit)];
}
