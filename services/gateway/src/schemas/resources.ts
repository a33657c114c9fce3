import {
  flag,
  integer,
  list,
  number,
  object,
  ref,
  text,
  time,
  word,
  type Schema,
} from './schema.js';
import { sideWords, statusWords, stepWords, triggerWords, typeWords } from './words.js';

const intentInput = {
  type: word('The kind of strategy.', typeWords.words),
  owner: text('Ignored: the owner is the subject of the token.'),
  ticker: text('Base and quote, such as BTC/USDC.'),
  collateral: ref('CollateralInput'),
  config: ref('ConfigInput'),
  constraints: ref('ConstraintsInput'),
  notifications: ref('Notifications'),
  allocation: ref('AllocationInput'),
  triggers: ref('Triggers'),
  vaultId: text('The vault that it runs on; absent has one made.'),
};

const runtime = object(
  'What the engine keeps.',
  {
    vaultIds: list('The vaults that it ran on.', text('A vault.')),
    currentDriftBps: integer('The yearly drift now, in bps.'),
    totalRolls: integer('How many rolls there were.'),
    totalCostBps: integer('What all rolls cost together, in bps.'),
    lastRollAt: time('When the last roll ended; absent before the first.'),
    lastRollCostBps: integer('What the last roll cost, in bps.'),
    lastRebalanceId: text('The last rebalance; absent before the first.'),
    activationStep: word('How far the activation is.', stepWords.words),
    lastError: text('The error of the last tick of an agent; absent if it went well.', 10_000),
    nextScheduleAt: time('When the schedule is due next; absent without one.'),
    index: ref('IndexRuntime'),
  },
  [
    'vaultIds',
    'currentDriftBps',
    'totalRolls',
    'totalCostBps',
    'lastRollCostBps',
    'activationStep',
  ],
);

const indexRuntime = object(
  'What the engine keeps of the option index; absent for other allocations.',
  {
    seriesId: text('The series that the vault holds a half of; absent while it holds none.'),
    openedAt: time('When it was bought.'),
    nextSeriesId: text('The series that is bought next; absent if none was chosen.'),
    nextTrigger: word('Why it is bought.', triggerWords.words),
    nextChosenAt: time('When it was chosen.'),
    issuedUnits: text('The units in issue, 1000000 for each USDC of the first deposit.'),
    firstUnitAt: time('When the first unit was issued; absent before.'),
    indexValue: number('The index over its start when the held series was bought.'),
    linkValue: number('The model value of N when it was bought; absent for intents that hold P.'),
    notifiedTrigger: word('What was notified of the held series.', triggerWords.words),
    deferralCount: integer('How many times in a row a roll was put off.'),
    retryAt: time('When what was put off is tried again; absent if nothing is.'),
  },
  ['issuedUnits', 'deferralCount'],
);

const intent = object(
  'An intent.',
  {
    id: text('Its id.'),
    owner: text('Who created it.'),
    type: word('The kind of strategy.', typeWords.words),
    status: word('Where it is.', statusWords.words),
    statusReason: text('Why it is there; absent on the ordinary path.', 10_000),
    collateral: ref('Collateral'),
    ticker: text('Base and quote.'),
    config: ref('Config'),
    constraints: ref('Constraints'),
    notifications: ref('Notifications'),
    allocation: ref('Allocation'),
    triggers: ref('Triggers'),
    vaultId: text('The vault that it runs on; absent before the activation has one.'),
    runtime: ref('Runtime'),
    derived: ref('Derived'),
    etag: text('The version of what the owner wrote.'),
    createdAt: time('When it was created.'),
    updatedAt: time('When the owner or a transition last changed it.'),
  },
  [
    ...['id', 'owner', 'type', 'status', 'collateral', 'ticker', 'config', 'constraints'],
    ...['notifications', 'etag', 'createdAt', 'updatedAt'],
  ],
);

const fetchedAt = time('When the gateway had the answer.');
const baseUnits = (description: string): Schema => text(`${description}, in base units.`, 100);

const vaultSummary = object(
  'A vault of a portfolio.',
  {
    vaultId: text('The vault.'),
    intentId: text('Its live intent; absent if none.'),
    status: word('Where that intent is.', statusWords.words),
    value: baseUnits('The value; absent if a price is missing'),
    driftBps: integer('The yearly drift, in bps.'),
    openRebalanceId: text('The rebalance that runs; absent if none.'),
  },
  ['vaultId', 'driftBps'],
);
const assetSummary = object(
  'An asset of a portfolio.',
  {
    asset: text('The asset.'),
    side: word('The side.', sideWords.words),
    quantity: baseUnits('The quantity'),
    value: baseUnits('The value; absent if its price is missing'),
    weightBps: integer('Its part of the total value, in bps.'),
  },
  ['asset', 'side', 'quantity', 'weightBps'],
);

/** Shared by name; the framework and the document take them from here. */
export const RESOURCE_SCHEMAS: readonly Schema[] = [
  {
    $id: 'IntentInput',
    ...object('An intent to create.', intentInput, [
      ...['type', 'ticker', 'collateral', 'config', 'constraints', 'notifications'],
    ]),
  },
  {
    $id: 'IntentChange',
    ...object(
      'What to change of an intent; absent fields stay.',
      {
        config: ref('ConfigChange'),
        constraints: ref('ConstraintsChange'),
        notifications: ref('NotificationsChange'),
        triggers: ref('TriggersChange'),
      },
      [],
    ),
  },
  { $id: 'IndexRuntime', ...indexRuntime },
  { $id: 'Runtime', ...runtime },
  { $id: 'Intent', ...intent },
  {
    $id: 'IntentAnswer',
    ...object(
      'An intent, and the warnings of a creation or a change.',
      { intent: ref('Intent'), warnings: list('Doubtful settings.', ref('Warning')), fetchedAt },
      ['intent', 'fetchedAt'],
    ),
  },
  {
    $id: 'IntentList',
    ...object(
      'A page of intents, by id.',
      {
        intents: list('The intents.', ref('Intent')),
        nextPageToken: text('Absent at the end, and only then.', 10_000),
        fetchedAt,
      },
      ['intents', 'fetchedAt'],
    ),
  },
  {
    $id: 'StrategyTemplate',
    ...object('The defaults of a kind of strategy.', {
      type: word('The kind of strategy.', typeWords.words),
      label: text('Its name.'),
      description: text('What it is for.', 10_000),
      config: ref('Config'),
      constraints: ref('Constraints'),
      notifications: ref('Notifications'),
      derived: ref('Derived'),
    }),
  },
  {
    $id: 'StrategyList',
    ...object('The templates.', {
      strategies: list('The templates, by type.', ref('StrategyTemplate')),
      fetchedAt,
    }),
  },
  {
    $id: 'Portfolio',
    ...object(
      'The sum of an owner’s vaults, at prices of now.',
      {
        owner: text('The owner.'),
        denomination: text('The asset that values are in.'),
        totalValue: baseUnits('The value of all vaults'),
        vaults: list('One per vault, by id.', vaultSummary),
        assets: list('One per asset and side, in that order.', assetSummary),
        openRebalanceIds: list('The rebalances that run.', text('A rebalance.')),
        pricedAt: time('When the oldest price in it was published; absent without prices.'),
      },
      ['owner', 'denomination', 'totalValue', 'vaults', 'assets', 'openRebalanceIds'],
    ),
  },
  {
    $id: 'PortfolioAnswer',
    ...object('A portfolio.', { portfolio: ref('Portfolio'), fetchedAt }),
  },
  { $id: 'Health', ...object('Whether it serves.', { ready: flag('Whether it serves.') }) },
];
