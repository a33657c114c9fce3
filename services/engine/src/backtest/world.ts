import { domainError, invariant, refuse, type Clock } from '@trimtab/core';
import { toBaseUnits, parseDecimal } from '@trimtab/decimal';
import { COLLATERAL_DECIMALS, resolveAsset, type IntentSpec } from '@trimtab/strategy';
import type { AgentSettings, AssetView, Ports } from '../application/ports.js';
import { cronCalendar } from '../adapters/calendar/cron-calendar.js';
import { derivedIds } from '../adapters/derived-ids.js';
import { createBooks, type Books } from './books.js';
import { createEndIntent, type EndIntent } from './end-intent.js';
import type { VenueModel } from './fill-order.js';
import { createIntentKeeper, type IntentKeeper } from './intent-record.js';
import { createJournal, type Journal } from './journal.js';
import { createPlayedIntents, startLoop } from './played-intents.js';
import { createPlayedOracle, type PlayedOracle } from './played-oracle.js';
import { baseOf, createPlayedRuns } from './played-runs.js';
import { createPlayedVault, type PlayedVault } from './played-vault.js';
import { createWorkRows, type WorkRows } from './work-rows.js';

/** Everything outside of the engine, in memory, for one intent. */
export interface World {
  /** What the agents work with. */
  readonly ports: Ports;
  readonly intent: IntentKeeper;
  readonly oracle: PlayedOracle;
  readonly vault: PlayedVault;
  readonly books: Books;
  readonly rows: WorkRows;
  readonly journal: Journal;
  readonly end: EndIntent;
}

/** What a world is made of. */
export interface WorldOptions {
  readonly intentId: string;
  readonly spec: IntentSpec;
  readonly clock: Clock;
  readonly venue: VenueModel;
  readonly settings: Pick<AgentSettings, 'quoteMaxAgeMillis' | 'settlementDelayMillis'>;
  readonly maxTicksAtOnce: number;
}

/** Creates a world whose intent is active from now on, without a price and without money yet. */
export function createWorld({ intentId, spec, clock, ...options }: WorldOptions): World {
  const { venue, settings, maxTicksAtOnce } = options;
  const { quoteMaxAgeMillis, settlementDelayMillis } = settings;
  const journal = createJournal();
  const rows = createWorkRows();
  const books = createBooks(clock);
  const oracle = createPlayedOracle(baseAssetOf(spec), clock);
  const vaultId = `vault-of-${intentId}`;
  const vault = createPlayedVault({ vaultId, books, oracle, clock, settlementDelayMillis });
  const first = { id: intentId, spec, vaultId, createTime: clock.now() };
  const intent = createIntentKeeper(first, journal);
  const trading = { books, oracle, clock, venue, quoteMaxAgeMillis };
  const shared = { ...trading, intent, vault, journal, derivedIds };
  const onMissingPrice = (): void => rows.wake(['ORACLE'], clock.now());
  const runs = createPlayedRuns({ ...shared, onMissingPrice });
  const end = createEndIntent({ ...shared, settlementDelayMillis });
  const intents = createPlayedIntents({
    intent,
    vault,
    runs,
    rows,
    journal,
    clock,
    maxTicksAtOnce,
  });
  startLoop(rows, intent, clock);
  const ports: Ports = {
    intents,
    oracle,
    marketMaker: oracle.marketMaker,
    vaults: vault,
    orderGen: { get: async (rebalanceId) => rebalanceOf(journal, rebalanceId) },
    solver: { targets: () => Promise.resolve(undefined) },
    calendar: cronCalendar,
    derivedIds,
  };
  return { ports, intent, oracle, vault, books, rows, journal, end };
}

/** The collateral of an intent, in base units of its asset. */
export function collateralOf({ collateral }: IntentSpec): bigint {
  const amount = parseDecimal(collateral.amount);
  invariant(amount.ok, 'a checked intent has a canonical amount');
  const units = toBaseUnits(amount.value, COLLATERAL_DECIMALS[collateral.asset]);
  invariant(units.ok, 'a checked amount has no more digits than its asset');
  return units.value;
}

/** Decimals of a base asset that no collateral is. */
const OTHER_DECIMALS = 8;

function baseAssetOf({ ticker }: IntentSpec): { assetId: string; view: AssetView } {
  const assetId = resolveAsset(baseOf(ticker));
  const decimals = new Map<string, number>(Object.entries(COLLATERAL_DECIMALS)).get(assetId);
  return { assetId, view: { decimals: decimals ?? OTHER_DECIMALS, lot: 1n, minimumOrder: 1n } };
}

function rebalanceOf({ runs }: Journal, rebalanceId: string) {
  const run = runs.find(({ rebalance }) => rebalance?.rebalanceId === rebalanceId);
  return run?.rebalance ?? rebalanceNotFound(rebalanceId);
}

function rebalanceNotFound(rebalanceId: string): never {
  const message = `rebalance ${rebalanceId} does not exist`;
  const metadata = { rebalance_id: rebalanceId };
  return refuse(domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', message, metadata));
}
