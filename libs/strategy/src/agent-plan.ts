import { derive } from './derive.js';
import { UNDERLYING, type IntentSpec, type StrategyType } from './intent-spec.js';

/** The agents, in the order of the wire. */
export const AGENT_KINDS = [
  'ORACLE',
  'POOL',
  'REBALANCE',
  'SETTLEMENT',
  'POSITION_MONITOR',
  'MARKET_MAKER',
  'SWAP_TAKER',
] as const;
/** An agent. */
export type AgentKind = (typeof AGENT_KINDS)[number];

/** How much an intent needs an agent; the engine runs all but NONE. */
export type AgentNeed = 'REQUIRED' | 'STRONGLY_RECOMMENDED' | 'OPTIONAL' | 'NONE';

/** An agent of an intent's plan, with the reason for it. */
export interface PlannedAgent {
  readonly kind: AgentKind;
  readonly need: AgentNeed;
  /** What the one instance in the cluster is for: a ticker, a collateral asset or the intent. */
  readonly instanceKey: string;
  readonly role: string;
  readonly reason: string;
}

/** What an agent does (intent rules, agents). */
const ROLES: Readonly<Record<AgentKind, string>> = {
  ORACLE: 'publishes consensus prices and the model quotes of the option series',
  POOL: 'creates vaults, takes deposits and withdrawals, keeps the option inventory',
  REBALANCE: 'watches drift and price, rolls and rebalances, keeps to the slippage per roll',
  SETTLEMENT: 'settles matured options and distributes the proceeds',
  POSITION_MONITOR: 'finds stuck positions, broken invariants and ledger drift',
  MARKET_MAKER: 'quotes bid and ask around the model: the spread is what a roll costs',
  SWAP_TAKER: 'swaps the collateral into the denomination of the pool',
};

/** From this many rolls a year on, a custom strategy should have a market maker. */
export const MARKET_MAKER_ROLLS = 26;

/** The plan of an intent: one entry for each kind, in their order. */
export function planAgents(intentId: string, spec: IntentSpec): readonly PlannedAgent[] {
  return AGENT_KINDS.map((kind) => ({
    kind,
    ...needOf(kind, spec),
    instanceKey: instanceKeyOf(kind, intentId, spec),
    role: ROLES[kind],
  }));
}

/** Pool per collateral asset, oracle per ticker, the others per intent. */
function instanceKeyOf(kind: AgentKind, intentId: string, spec: IntentSpec): string {
  if (kind === 'ORACLE') return spec.ticker;
  return kind === 'POOL' ? spec.collateral.asset : intentId;
}

type Need = Pick<PlannedAgent, 'need' | 'reason'>;

function needOf(kind: AgentKind, spec: IntentSpec): Need {
  switch (kind) {
    case 'ORACLE':
      return required('without published prices nothing can be valued, rolled or settled');
    case 'POOL':
      return required('the capital of the intent is in a vault');
    case 'REBALANCE':
      return required('it is the loop that executes the strategy');
    case 'SETTLEMENT':
      return required('every series matures');
    case 'POSITION_MONITOR':
      return required('it is always on: what cannot be explained stops the intent');
    case 'MARKET_MAKER':
      return marketMaker(spec);
    case 'SWAP_TAKER':
      return swapTaker(spec);
  }
}

function required(reason: string): Need {
  return { need: 'REQUIRED', reason };
}

function swapTaker({ collateral: { asset } }: IntentSpec): Need {
  if (asset === UNDERLYING) {
    return { need: 'NONE', reason: `the collateral is ${UNDERLYING}, as the pool is` };
  }
  return required(`the collateral is ${asset}, the pool is denominated in ${UNDERLYING}`);
}

/** What the type of a strategy says; a custom one is judged by its rolls. */
const BY_TYPE: Readonly<Record<Exclude<StrategyType, 'custom'>, AgentNeed>> = {
  treasury: 'OPTIONAL',
  hedge: 'STRONGLY_RECOMMENDED',
  leverage: 'STRONGLY_RECOMMENDED',
  yield: 'NONE',
};

function marketMaker({ type, config, constraints }: IntentSpec): Need {
  const rolls = derive(config, constraints).expectedRollsPerYear;
  const often = `${rolls} rolls a year`;
  if (type === 'custom') {
    return rolls >= MARKET_MAKER_ROLLS
      ? { need: 'STRONGLY_RECOMMENDED', reason: `${often}, from ${MARKET_MAKER_ROLLS} on it pays` }
      : { need: 'OPTIONAL', reason: `${often}, below ${MARKET_MAKER_ROLLS} it pays little` };
  }
  const need = BY_TYPE[type];
  switch (need) {
    case 'NONE':
      return { need, reason: `a ${type} strategy rolls rarely (${often}): it does not pay` };
    case 'OPTIONAL':
      return { need, reason: `a ${type} strategy gains little from it (${often})` };
    default:
      return { need, reason: `a ${type} strategy rolls often (${often}): it keeps rolls cheap` };
  }
}
