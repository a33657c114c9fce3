import {
  decimal,
  flag,
  integer,
  list,
  number,
  object,
  ref,
  text,
  word,
  type Schema,
} from './schema.js';
import { bandGoalWords, bandKindWords, channelWords, rollWords, sideWords } from './words.js';

/** The parts of an intent, as requests state them and as answers show them. */

const config = (ratio: (description: string) => Schema): Readonly<Record<string, Schema>> => ({
  strikeRatio: ratio('The strike as a part of the price, 0.01 to 1.'),
  maturityDays: integer('The life of a series, in days, 1 to 365.'),
  rebalanceThreshold: ratio('It rolls below this multiple of the strike, 1 to 100.'),
  autoRoll: flag('Whether it rolls by itself.'),
  rollStrategy: word('When it rolls.', rollWords.words),
});

const constraints = (
  amount: (description: string) => Schema,
): Readonly<Record<string, Schema>> => ({
  maxAnnualDriftBps: integer('The yearly drift that is notified, in bps, 0 to 10 000.'),
  maxSlippagePerRollBps: integer('The most that one roll may cost, in bps, 0 to 100.'),
  maxCapital: amount('The most that may be put in, in USDC, above 0.'),
  stopLossDriftBps: integer('The yearly drift at which it stops, in bps, 0 to 10 000.'),
});

const notifications: Readonly<Record<string, Schema>> = {
  onRoll: flag('Whether to tell of rolls.'),
  onThresholdBreach: flag('Whether to tell of breaches of the drift limit.'),
  onStopLoss: flag('Whether to tell of a stop.'),
  channels: list(
    'Where to: at least one, without duplicates.',
    word('A channel.', channelWords.words),
    16,
  ),
};

const schedule = object('A calendar.', {
  cron: text('Five fields: minute, hour, day of month, month, day of week.'),
  timeZone: text('An IANA name, such as Europe/Zurich.'),
});
const driftBand = object('How far a position may be from its target.', {
  kind: word('What the width is measured in.', bandKindWords.words),
  widthBps: integer('The width, in bps, at least 0.'),
  goal: word('Where a position outside is brought to.', bandGoalWords.words),
});
const slippageBudget = object('A limit of cumulative slippage.', {
  budgetBps: integer('The limit, in bps of the value, 0 to 10 000.'),
  windowSeconds: integer('The length of the sliding window, in seconds, at least 1.'),
});
const cooldownSeconds = integer('The least time between two rebalances, in seconds, at least 0.');
const triggers = { schedule, driftBand, cooldownSeconds, slippageBudget };

const orNull = (schema: Schema): Schema => ({
  ...schema,
  type: [schema['type'], 'null'],
  description: `${String(schema['description'])} Null removes it.`,
});

const targets = (kappa: Schema): Schema =>
  list(
    'The weights, without duplicates, at most 10 000 bps in sum.',
    object(
      'The weight that a position shall have.',
      {
        asset: text('The asset.'),
        side: word('The side.', sideWords.words),
        weightBps: integer('The weight, in bps of the value, 0 to 10 000.'),
        kappa,
        investible: flag('Whether money may go there; absent means true.'),
      },
      ['asset', 'side', 'weightBps'],
    ),
    500,
  );
const allocation = (kappa: Schema): Schema => ({
  ...object(
    'How the vault is invested, one of the three; absent means the option index.',
    {
      index: object('The option index: it follows from type, ticker and config.', {}),
      targetWeights: object(
        'The weights of the owner.',
        { targets: targets(kappa), policyId: text('The policy that they must keep.') },
        ['targets'],
      ),
      solver: object(
        'The weights of the solver.',
        {
          policyId: text('The policy.'),
          allowedStrategies: list('The strategies that are allowed.', text('A strategy.'), 1000),
          managerId: text('The manager whose settings apply.'),
        },
        ['policyId', 'allowedStrategies'],
      ),
    },
    [],
  ),
  minProperties: 1,
  maxProperties: 1,
});
const kappaIn = decimal('Collateral per exposure of a short, above 1.');
const kappaOut = text('Collateral per exposure of a short.');
const amountOut = (description: string): Schema => text(description, 100);

/** Shared by name; the framework and the document take them from here. */
export const PART_SCHEMAS: readonly Schema[] = [
  { $id: 'ConfigInput', ...object('Strategy parameters.', config(decimal)) },
  {
    $id: 'ConfigChange',
    ...object('Parameters to change; absent ones stay.', config(decimal), []),
  },
  { $id: 'Config', ...object('Strategy parameters.', config(number)) },
  { $id: 'ConstraintsInput', ...object('Risk limits.', constraints(decimal)) },
  {
    $id: 'ConstraintsChange',
    ...object('Limits to change; absent ones stay.', constraints(decimal), []),
  },
  { $id: 'Constraints', ...object('Risk limits.', constraints(amountOut)) },
  { $id: 'Notifications', ...object('What the owner wants to hear, and where.', notifications) },
  {
    $id: 'NotificationsChange',
    ...object(
      'Preferences to change; absent ones stay, an empty list of channels too.',
      notifications,
      [],
    ),
  },
  { $id: 'Triggers', ...object('What starts a rebalance without the owner.', triggers, []) },
  {
    $id: 'TriggersChange',
    ...object(
      'Triggers to change; absent ones stay.',
      Object.fromEntries(Object.entries(triggers).map(([name, schema]) => [name, orNull(schema)])),
      [],
    ),
  },
  { $id: 'AllocationInput', ...allocation(kappaIn) },
  { $id: 'Allocation', ...allocation(kappaOut) },
  {
    $id: 'CollateralInput',
    ...object('What the owner puts in.', {
      asset: word('The asset.', ['USDC', 'WETH', 'WBTC']),
      amount: decimal('How much, above 0 and at most maxCapital.'),
    }),
  },
  {
    $id: 'Collateral',
    ...object('What the owner put in.', {
      asset: text('The asset.'),
      amount: text('How much, a decimal.', 100),
    }),
  },
  {
    $id: 'Derived',
    ...object('What follows from config and constraints.', {
      expectedRollsPerYear: integer('ceil(365 / maturityDays).'),
      estimatedMaxAnnualCostBps: integer('Scheduled rolls only, in bps.'),
      isPaperOptimal: flag('Whether strike ratio 0.5 and 30 days.'),
    }),
  },
  {
    $id: 'Warning',
    ...object('A doubtful setting that does not block the activation.', {
      field: text('Its path in the JSON.'),
      rule: text('The rule.'),
      found: text('What was found.', 10_000),
      limit: text('What is allowed.', 10_000),
      message: text('The same as a sentence.', 10_000),
    }),
  },
  {
    $id: 'Violation',
    ...object('A field that breaks a rule.', {
      field: text('Its path in the JSON.'),
      reason: text('The rule, one of the closed list of reasons.'),
      message: text('What was found and what is allowed.', 10_000),
    }),
  },
  {
    $id: 'Problem',
    ...object(
      'A refusal (RFC 9457).',
      {
        type: text('urn:trimtab:reason: and the reason.'),
        title: text('The words of the status.'),
        status: integer('The status.'),
        detail: text('What was found and what is allowed.', 100_000),
        instance: text('The path of the request.', 10_000),
        error: text('The same as title.'),
        message: text('The same as detail.', 100_000),
        reason: text('One of the closed list of reasons.'),
        metadata: {
          type: 'object',
          description: 'Everything variable of the message.',
          additionalProperties: { type: 'string' },
        },
        violations: list('Every broken field.', ref('Violation')),
        traceId: text('The trace of the request, 32 hex digits.'),
      },
      ['type', 'title', 'status', 'detail', 'instance', 'error', 'message', 'reason'],
    ),
  },
];
