import {
  ascending,
  count,
  items,
  members,
  name,
  positive,
  whole,
  word,
  type Members,
  type Node,
} from './node.js';

/** What a plan's options and the market data that they read look like in the inputs document. */

/** What a measure above a threshold costs. */
export interface Priced {
  readonly threshold: number;
  readonly price: number;
}

/** A measure of the latest periods. */
export interface Windowed {
  readonly window: number;
  readonly perYear: number;
}

/** The options of a policy. */
export interface Scoring {
  readonly missing: number;
  readonly volatility?: Priced & Windowed;
  readonly covariance?: Priced & Windowed;
  readonly drawdown?: Priced & Windowed;
  readonly impact?: Priced & { readonly weight: number };
  readonly slippage?: { readonly quantile: number; readonly price: number };
  readonly turnover?: number;
  /** The rule that the policy asks, without what it found. */
  readonly rule?: Rule;
}

/** A rule that tells a regime. */
export interface Rule extends Windowed {
  readonly rule: 'DRAWDOWN' | 'VOLATILITY' | 'TREND';
  readonly threshold: number;
  readonly stressPolicy: string;
  readonly haircut: number;
}

/** A rule and what it found. */
export interface Found extends Rule {
  readonly node: Node;
  readonly regime: 'CALM' | 'STRESSED';
  readonly measured?: number;
  readonly basePolicy: string;
  readonly baseVersion: number;
}

/** What is known of a strategy's market. */
export interface Market {
  readonly returns: readonly bigint[];
  readonly depth?: bigint;
  readonly slippages: readonly number[];
}

/** All of it. */
export interface Options {
  readonly scoring?: Scoring;
  readonly regime?: Found;
  readonly markets: ReadonlyMap<string, Market>;
}

/** Reads the options of the inputs document; empty for a plan without any. */
export function readOptions(node: Node): Options {
  const fields = members(node, [], ['scoring', 'regime', 'market']);
  const nodes = fields.market === undefined ? [] : items(fields.market);
  const markets = nodes.map(readMarket);
  ascending(nodes, (place) => markets[place]?.[0] ?? '');
  return {
    ...(fields.scoring !== undefined && { scoring: readScoring(fields.scoring) }),
    ...(fields.regime !== undefined && { regime: readFound(fields.regime) }),
    markets: new Map(markets),
  };
}

function readScoring(node: Node): Scoring {
  const fields = members(
    node,
    ['missingDataBps'],
    ['volatility', 'covariance', 'drawdown', 'impact', 'slippage', 'regime', 'turnover'],
  );
  const { volatility, covariance, drawdown, impact, slippage, regime, turnover } = fields;
  return {
    missing: count(fields.missingDataBps),
    ...(volatility !== undefined && { volatility: readHistory(volatility) }),
    ...(covariance !== undefined && { covariance: readHistory(covariance) }),
    ...(drawdown !== undefined && { drawdown: readDrawdown(drawdown) }),
    ...(impact !== undefined && { impact: readImpact(impact) }),
    ...(slippage !== undefined && { slippage: readSlippage(slippage) }),
    ...(regime !== undefined && { rule: readRule(members(regime, RULE)) }),
    ...(turnover !== undefined && { turnover: readTurnover(turnover) }),
  };
}

function readHistory(node: Node): Priced & Windowed {
  const names = ['windowPeriods', 'periodsPerYear', 'thresholdBps', 'priceBps'] as const;
  const fields = members(node, names);
  return {
    window: count(fields.windowPeriods, 2),
    perYear: count(fields.periodsPerYear, 1),
    threshold: count(fields.thresholdBps),
    price: count(fields.priceBps, 1),
  };
}

function readDrawdown(node: Node): Priced & Windowed {
  const fields = members(node, ['windowPeriods', 'thresholdBps', 'priceBps']);
  return {
    window: count(fields.windowPeriods, 2),
    perYear: 1,
    threshold: count(fields.thresholdBps),
    price: count(fields.priceBps, 1),
  };
}

function readImpact(node: Node): Priced & { readonly weight: number } {
  const fields = members(node, ['referenceWeightBps', 'thresholdBps', 'priceBps']);
  return {
    weight: count(fields.referenceWeightBps, 1, 10_000),
    threshold: count(fields.thresholdBps),
    price: count(fields.priceBps, 1),
  };
}

function readSlippage(node: Node): { readonly quantile: number; readonly price: number } {
  const fields = members(node, ['quantileBps', 'priceBps']);
  return { quantile: count(fields.quantileBps, 1, 10_000), price: count(fields.priceBps, 1) };
}

function readTurnover(node: Node): number {
  return count(members(node, ['penaltyBps']).penaltyBps, 1);
}

const RULE = [
  'rule',
  'windowPeriods',
  'periodsPerYear',
  'thresholdBps',
  'stressPolicyId',
  'haircutBps',
] as const;

function readRule(fields: Members<(typeof RULE)[number], never>): Rule {
  return {
    rule: word(fields.rule, ['DRAWDOWN', 'VOLATILITY', 'TREND']),
    window: count(fields.windowPeriods, 2),
    perYear: count(fields.periodsPerYear, 1),
    threshold: count(fields.thresholdBps, 1),
    stressPolicy: name(fields.stressPolicyId),
    haircut: count(fields.haircutBps),
  };
}

function readFound(node: Node): Found {
  const found = ['regime', 'basePolicyId', 'basePolicyVersion'] as const;
  const fields = members(node, [...RULE, ...found], ['measuredBps']);
  return {
    ...readRule(fields),
    node,
    regime: word(fields.regime, ['CALM', 'STRESSED']),
    ...(fields.measuredBps !== undefined && { measured: whole(fields.measuredBps) }),
    basePolicy: name(fields.basePolicyId),
    baseVersion: count(fields.basePolicyVersion),
  };
}

function readMarket(node: Node): readonly [string, Market] {
  const fields = members(
    node,
    ['strategyId'],
    ['returnHistoryBps', 'poolDepth', 'slippageSamplesBps'],
  );
  const { returnHistoryBps: returns, slippageSamplesBps: slippages, poolDepth } = fields;
  const market = {
    returns: returns === undefined ? [] : items(returns).map((one) => BigInt(whole(one))),
    slippages: slippages === undefined ? [] : items(slippages).map((one) => count(one)),
    ...(poolDepth !== undefined && { depth: positive(poolDepth) }),
  };
  return [name(fields.strategyId), market];
}
