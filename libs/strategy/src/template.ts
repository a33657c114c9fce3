import type { Config, Constraints, Notifications, StrategyType } from './intent-spec.js';

/** A preset: complete config, constraints and notifications with the words that describe it. */
export interface Template {
  readonly type: StrategyType;
  readonly label: string;
  readonly description: string;
  readonly config: Config;
  readonly constraints: Constraints;
  readonly notifications: Notifications;
}

/**
 * The five templates, exactly as the rules list them. Custom trips its own stop-loss warning and
 * yield rolls at the first tick down: both are kept, and warned of.
 */
export const TEMPLATES: readonly Template[] = [
  {
    type: 'treasury',
    label: 'Treasury Management',
    description:
      'Keeps a treasury close to its index and its capital intact: little drift, modest yield, ' +
      'room for large deposits. For stable holdings that shall earn without betting on a direction.',
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
    notifications: notify(true, true, ['inapp', 'webhook']),
  },
  {
    type: 'hedge',
    label: 'Portfolio Hedge',
    description:
      'Softens the fall of assets already held. A low strike makes the protection cheap and partial; ' +
      'two-week maturities with early rolls follow the market. For those who tend a portfolio actively.',
    config: {
      strikeRatio: '0.3',
      maturityDays: 14,
      rebalanceThreshold: '1.3',
      autoRoll: true,
      rollStrategy: 'shortDated',
    },
    constraints: {
      maxAnnualDriftBps: 500,
      maxSlippagePerRollBps: 15,
      maxCapital: '50000000',
      stopLossDriftBps: 800,
    },
    notifications: notify(true, true, ['inapp', 'push', 'webhook']),
  },
  {
    type: 'leverage',
    label: 'Leveraged Exposure',
    description:
      'Takes more of a direction than the capital alone would give: the highest strike, weekly ' +
      'maturities, wide limits. For experienced traders who can bear a deep loss.',
    config: {
      strikeRatio: '0.8',
      maturityDays: 7,
      rebalanceThreshold: '1.2',
      autoRoll: true,
      rollStrategy: 'shortDated',
    },
    constraints: {
      maxAnnualDriftBps: 2000,
      maxSlippagePerRollBps: 25,
      maxCapital: '1000000',
      stopLossDriftBps: 5000,
    },
    notifications: notify(true, true, ['inapp', 'push']),
  },
  {
    type: 'yield',
    label: 'Yield Generation',
    description:
      'Earns option premium at a slow pace: the longest maturity, hence the fewest and cheapest ' +
      'rolls, and few messages. For depositors who do not want to watch it.',
    config: {
      strikeRatio: '0.5',
      maturityDays: 60,
      rebalanceThreshold: '2',
      autoRoll: true,
      rollStrategy: 'standard',
    },
    constraints: {
      maxAnnualDriftBps: 300,
      maxSlippagePerRollBps: 10,
      maxCapital: '10000000',
      stopLossDriftBps: 600,
    },
    notifications: notify(true, false, ['inapp']),
  },
  {
    type: 'custom',
    label: 'Custom Strategy',
    description:
      'Leaves every decision to the owner: rolls by hand, no messages, values that are a starting ' +
      'point and no recommendation. For needs that the other templates do not meet.',
    config: {
      strikeRatio: '0.5',
      maturityDays: 30,
      rebalanceThreshold: '1.5',
      autoRoll: false,
      rollStrategy: 'manual',
    },
    constraints: {
      maxAnnualDriftBps: 1000,
      maxSlippagePerRollBps: 20,
      maxCapital: '1000000',
      stopLossDriftBps: 1000,
    },
    notifications: {
      onRoll: false,
      onThresholdBreach: false,
      onStopLoss: false,
      channels: ['inapp'],
    },
  },
];

/** The template of a type; absent for a word that is no type. */
export function templateOf(type: string): Template | undefined {
  return TEMPLATES.find((template) => template.type === type);
}

function notify(
  onRoll: boolean,
  onThresholdBreach: boolean,
  channels: Notifications['channels'],
): Notifications {
  return { onRoll, onThresholdBreach, onStopLoss: true, channels };
}
