import { domainError, present, refuse, type Clock } from '@trimtab/core';
import { min, valueOf } from '@trimtab/decimal';
import { UNDERLYING, UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type { RebalanceView } from '../application/ports.js';
import { pair, type Books, type NewLine } from './books.js';
import {
  fillBuy,
  fillSell,
  type Market,
  type Rejection,
  type Trade,
  type VenueModel,
} from './fill-order.js';
import type { PlayedOracle } from './played-oracle.js';

/** What a rebalance shall bring about. */
export interface RebalanceOrder {
  readonly rebalanceId: string;
  /** The asset that everything goes into; absent: the underlying. */
  readonly target: string | undefined;
  readonly slippageLimitBps: number;
  /** A settlement trades whatever is at least a lot, at any price. */
  readonly purpose: 'REBALANCE' | 'ROLL' | 'SETTLE';
}

/** An order as it ended. */
export interface PlayedAction {
  readonly side: 'SELL' | 'BUY';
  readonly assetId: string;
  readonly outcome: Trade | Rejection;
  /** Whether it met a maker's quote. */
  readonly quoted: boolean;
}

/** A rebalance as it ended. */
export interface PlayedRebalance extends RebalanceView {
  readonly actions: readonly PlayedAction[];
}

/** What rebalancing needs. */
export interface RebalanceDependencies {
  readonly books: Books;
  readonly oracle: PlayedOracle;
  readonly clock: Clock;
  readonly venue: VenueModel;
  readonly quoteMaxAgeMillis: number;
}

/** Part of NAV below which a difference is not traded: 1e-5. */
const TOLERANCE_DIVISOR = 100_000n;
const NO_LIMIT_BPS = 10_000;

/**
 * Trades a vault into one asset (order generation rules): every other long is sold first, by asset id,
 * then what the sales raised and the cash buy the target, and never more. What fails leaves its part in
 * cash. Positions that differ by a hundred-thousandth of NAV or less stay as they are.
 *
 * @returns the rebalance at its end; absent: nothing is to be traded
 * @throws DomainFailure PRICE_MISSING, NAV_NOT_POSITIVE
 */
export function playRebalance(
  order: RebalanceOrder,
  dependencies: RebalanceDependencies,
): PlayedRebalance | undefined {
  const run = { order, dependencies, markets: marketsOf(order, dependencies) };
  const nav = navOf(run);
  if (nav <= 0n) navNotPositive(nav);
  const tolerance = order.purpose === 'SETTLE' ? 0n : nav / TOLERANCE_DIVISOR;
  const actions = sellAll(run, tolerance);
  const bought = order.target !== undefined && buyTarget(run, order.target, { nav, tolerance });
  if (bought) actions.push(bought);
  if (actions.length === 0) return undefined;
  const isTraded = actions.some(({ outcome }) => typeof outcome === 'object');
  const isWhole = actions.every(({ outcome }) => typeof outcome === 'object');
  const time = dependencies.clock.now();
  return {
    rebalanceId: order.rebalanceId,
    state: isWhole ? 'COMPLETED' : 'COMPLETED_ADJUSTED',
    stateReason: '',
    nav,
    cost: nav - navOf(run),
    traded: isTraded,
    stuckIndexes: [],
    createTime: time,
    endTime: time,
    actions,
  };
}

interface Run {
  readonly order: RebalanceOrder;
  readonly dependencies: RebalanceDependencies;
  readonly markets: ReadonlyMap<string, Market>;
}

/** The prices of the snapshot: of everything that is held, and of the target. */
function marketsOf(
  { target }: RebalanceOrder,
  { books, oracle, quoteMaxAgeMillis }: RebalanceDependencies,
): ReadonlyMap<string, Market> {
  const held = books.positions().map(({ assetId }) => assetId);
  const assetIds = target === undefined ? held : [...held, target];
  return new Map(
    assetIds.map((assetId) => {
      const price = oracle.standing(assetId)?.price ?? priceMissing(assetId);
      const { decimals, ...terms } = present(oracle.terms(assetId), 'a priced asset is registered');
      const quoted = oracle.freshQuote(assetId, quoteMaxAgeMillis);
      const scale = { assetDecimals: decimals, underlyingDecimals: UNDERLYING_DECIMALS };
      return [assetId, { price, ...scale, ...terms, quoted }];
    }),
  );
}

function navOf({ markets, dependencies: { books } }: Run): bigint {
  return books
    .positions()
    .reduce(
      (sum, { assetId, quantity }) => sum + valueOf(quantity, marketOf(markets, assetId)),
      books.cash(),
    );
}

function sellAll(run: Run, tolerance: bigint): PlayedAction[] {
  const { order, markets, dependencies } = run;
  return dependencies.books.positions().flatMap(({ assetId, quantity }): PlayedAction[] => {
    const market = marketOf(markets, assetId);
    const isKept = assetId === order.target || valueOf(quantity, market) <= tolerance;
    if (isKept || quantity < market.lot) return [];
    const outcome = fillSell(quantity, contextOf(run, 'SELL', assetId));
    if (typeof outcome === 'object') {
      dependencies.books.book(linesOf(assetId, -outcome.quantity, outcome.cash, outcome.fee));
    }
    return [{ side: 'SELL', assetId, outcome, quoted: market.quoted !== undefined }];
  });
}

function buyTarget(
  run: Run,
  target: string,
  { nav, tolerance }: { readonly nav: bigint; readonly tolerance: bigint },
): PlayedAction | false {
  const { books } = run.dependencies;
  const market = marketOf(run.markets, target);
  const wanted = nav - valueOf(books.quantityOf(target), market);
  if (wanted <= tolerance) return false;
  const outcome = fillBuy(min(wanted, books.cash()), contextOf(run, 'BUY', target));
  if (typeof outcome === 'object') {
    books.book(linesOf(target, outcome.quantity, -outcome.cash, outcome.fee));
  }
  return { side: 'BUY', assetId: target, outcome, quoted: market.quoted !== undefined };
}

function contextOf({ order, markets, dependencies }: Run, side: 'SELL' | 'BUY', assetId: string) {
  return {
    orderId: `${order.rebalanceId}/${side}/${assetId}`,
    market: marketOf(markets, assetId),
    venue: dependencies.venue,
    slippageLimitBps: order.purpose === 'SETTLE' ? NO_LIMIT_BPS : order.slippageLimitBps,
  };
}

/** Quantity and money against the venue, the fee against fees. */
function linesOf(assetId: string, quantity: bigint, cash: bigint, fee: bigint): readonly NewLine[] {
  return [
    ...pair('FILL', assetId, 'VENUE', quantity),
    ...pair('FILL', UNDERLYING, 'VENUE', cash + fee),
    ...pair('FEE', UNDERLYING, 'FEES', -fee),
  ];
}

function marketOf(markets: ReadonlyMap<string, Market>, assetId: string): Market {
  return present(markets.get(assetId), `${assetId} is held, so the snapshot prices it`);
}

function priceMissing(assetId: string): never {
  const message = `${assetId} has no price`;
  return refuse(
    domainError('FAILED_PRECONDITION', 'PRICE_MISSING', message, { asset_id: assetId }),
  );
}

function navNotPositive(nav: bigint): never {
  const message = `the net asset value is ${nav}, must be above 0`;
  return refuse(
    domainError('FAILED_PRECONDITION', 'NAV_NOT_POSITIVE', message, { nav: String(nav) }),
  );
}
