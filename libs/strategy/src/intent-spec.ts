import type { Allocation, Triggers } from './allocation.js';

/** What the owner wrote: everything the etag covers. */
export interface IntentSpec {
  readonly type: StrategyType;
  readonly collateral: Collateral;
  /** Base and quote, such as `BTC/USDC`. */
  readonly ticker: string;
  readonly config: Config;
  readonly constraints: Constraints;
  readonly notifications: Notifications;
  readonly allocation: Allocation;
  readonly triggers: Triggers;
}

/** The five kinds of strategies, in the order of the templates. */
export const STRATEGY_TYPES = ['treasury', 'hedge', 'leverage', 'yield', 'custom'] as const;
/** A kind of strategy. */
export type StrategyType = (typeof STRATEGY_TYPES)[number];

/** What may be deposited. */
export const COLLATERAL_ASSETS = ['USDC', 'WETH', 'WBTC'] as const;
/** An asset that may be deposited. */
export type CollateralAsset = (typeof COLLATERAL_ASSETS)[number];

/** Decimals of each collateral asset: a finer amount could not be deposited. */
export const COLLATERAL_DECIMALS: Readonly<Record<CollateralAsset, number>> = {
  USDC: 6,
  WETH: 18,
  WBTC: 8,
};

/** In v1 every vault is denominated in USDC. */
export const UNDERLYING = 'USDC';
/** Decimals of the underlying. */
export const UNDERLYING_DECIMALS = 6;

/** The capital to deploy. */
export interface Collateral {
  readonly asset: CollateralAsset;
  /** Whole units as a canonical decimal above 0. */
  readonly amount: string;
}

/** When a position rolls. */
export const ROLL_STRATEGIES = ['standard', 'shortDated', 'manual'] as const;
/** How positions are rolled. */
export type RollStrategy = (typeof ROLL_STRATEGIES)[number];

/** Strategy parameters. */
export interface Config {
  /** Strike as part of the spot price, a canonical decimal from 0.01 to 1. */
  readonly strikeRatio: string;
  /** 1 to 365. */
  readonly maturityDays: number;
  /** Rolls when the price falls below strike × this; a canonical decimal from 1 to 100. */
  readonly rebalanceThreshold: string;
  readonly autoRoll: boolean;
  readonly rollStrategy: RollStrategy;
}

/** Risk limits. */
export interface Constraints {
  /** 0 to 10 000. */
  readonly maxAnnualDriftBps: number;
  /** 0 to 100. */
  readonly maxSlippagePerRollBps: number;
  /** Whole units of the underlying, a canonical decimal above 0: what the vault may take in. */
  readonly maxCapital: string;
  /** 0 to 10 000. */
  readonly stopLossDriftBps: number;
}

/** Ways to reach an owner. */
export const CHANNELS = ['email', 'push', 'inapp', 'webhook'] as const;
/** A way to reach an owner. */
export type Channel = (typeof CHANNELS)[number];

/** What the owner wants to hear of. */
export interface Notifications {
  readonly onRoll: boolean;
  readonly onThresholdBreach: boolean;
  readonly onStopLoss: boolean;
  /** At least one, without duplicates. */
  readonly channels: readonly Channel[];
}
