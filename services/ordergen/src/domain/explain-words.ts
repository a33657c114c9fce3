import { abs, decimalOf, formatDecimal } from '@trimtab/decimal';
import type { Action } from './action.js';
import type {
  ExplainedPosition,
  ExplainedRebalance,
  TradeOutcome,
  Verdict,
} from './explain-position.js';
import { liveWeightBps } from './live-weight.js';

/** The sentences of an explanation. Amounts are whole units of the underlying. */

type Underlying = ExplainedRebalance['underlying'];

/** What was held and what is wanted. */
export function holdingText(rebalance: ExplainedRebalance, position: ExplainedPosition): string {
  const { held, target, side } = position.considered;
  const { underlying } = rebalance;
  const isShort = side === 'SHORT';
  const worth = money(underlying, held.value);
  const behind = isShort ? ` short behind ${money(underlying, held.collateral)}` : '';
  const holds =
    held.quantity === 0n && held.collateral === 0n
      ? 'Nothing was held'
      : `${worth}${behind} was held, ${liveWeightBps(held.value, rebalance.nav)} bps of NAV`;
  const wanted = money(underlying, target.exposure);
  const wantedBehind = isShort ? ` behind ${money(underlying, target.collateral)}` : '';
  return `${holds}; the target is ${wanted}${wantedBehind}${originText(rebalance, position)}.`;
}

/** Where the target comes from. */
function originText(rebalance: ExplainedRebalance, { stated }: ExplainedPosition): string {
  switch (rebalance.source) {
    case 'SETTLE':
      return ', as every position is exited';
    case 'ACTIONS':
      return ', as was asked for';
    case 'PLAN':
      if (stated === undefined) return ', as the plan has no target for it';
      return stated.investible
        ? `, from a weight of ${stated.weightBps} bps`
        : `, as it is not investible and its weight of ${stated.weightBps} bps spreads over the rest`;
  }
}

/** Why a position has no trade. */
export function untradedText(
  rebalance: ExplainedRebalance,
  { considered }: ExplainedPosition,
  verdict: Verdict,
): string {
  const { tolerances, band, underlying } = rebalance;
  const drift = considered.target.exposure - considered.held.value;
  if (verdict === 'NOT_INVESTIBLE') return 'Nothing is traded: no money may go there.';
  if (verdict === 'INSIDE_BAND' && band !== undefined) {
    return (
      `Its drift of ${money(underlying, abs(drift))} is inside the band of ` +
      `${band.widthBps} bps of ${band.kind === 'ABSOLUTE' ? 'NAV' : 'the target'}, so it is left alone.`
    );
  }
  if (verdict === 'BELOW_TOLERANCE') {
    const { deltaExposure, deltaCollateral, deltaNet } = considered.draft ?? {
      deltaExposure: drift,
      deltaCollateral: 0n,
      deltaNet: drift,
    };
    const parts = [
      `${money(underlying, abs(deltaExposure))} of ${money(underlying, tolerances.exposure)} in exposure`,
      `${money(underlying, abs(deltaCollateral))} of ${money(underlying, tolerances.collateral)} in collateral`,
      `${money(underlying, abs(deltaNet))} of ${money(underlying, tolerances.net)} in cash`,
    ];
    return `The change is within every tolerance: ${parts.join(', ')}; so it is not traded.`;
  }
  return 'It is on its target, so there is nothing to trade.';
}

/** What became of a trade. */
export function tradeText(
  rebalance: ExplainedRebalance,
  trade: TradeOutcome,
  verdict: Verdict,
): string {
  const said = money(rebalance.underlying, abs(trade.action.deltaNet));
  const what = `${nounOf(trade.action)} of ${said}${edgeText(rebalance)} at index ${trade.action.index}`;
  return `${outcomeText(rebalance, trade, verdict, what)}${closingText(trade.action)}`;
}

function outcomeText(
  rebalance: ExplainedRebalance,
  trade: TradeOutcome,
  verdict: Verdict,
  what: string,
): string {
  const { underlying } = rebalance;
  switch (verdict) {
    case 'TRADED':
      return `The ${what} was filled as planned.`;
    case 'LOCKED':
      return `The ${what} failed with ${trade.reason ?? 'no reason given'}: ${failureText(trade)}.`;
    case 'NO_ROOM':
      return `The ${what} was left out: its share of what was left for it came to 0.`;
    case 'PENDING':
      return trade.state === 'PENDING'
        ? `The ${what} is to come.`
        : `The ${what} was sent for ${money(underlying, trade.amount ?? 0n)} and its final report is awaited.`;
    case 'NOT_REACHED':
      return trade.state === 'PENDING'
        ? `The rebalance was ${rebalance.state} before the ${what} had its turn.`
        : `The rebalance was ${rebalance.state} before the ${what} had its final report.`;
    default:
      return `The ${what} was adjusted: ${adjustedText(underlying, trade)}.`;
  }
}

/** A sell that fails is made up for by the others; a buy that fails leaves its money where it is. */
function failureText({ action }: TradeOutcome): string {
  return action.group === 3
    ? 'the asset is locked for this rebalance and the money stays in the underlying'
    : 'the position stays as it was, and the trades after it were scaled to make up for it';
}

function adjustedText(underlying: Underlying, trade: TradeOutcome): string {
  const planned = abs(trade.action.deltaNet);
  const amount = trade.amount ?? planned;
  const parts: string[] = [];
  if (amount > planned) {
    const limit = trade.pinned ? 'raised as far as what is held, to' : 'raised to';
    parts.push(`${limit} ${money(underlying, amount)}, as sells before it fell short`);
  }
  if (amount < planned) {
    parts.push(`cut to ${money(underlying, amount)}, which is what cash and sells could pay`);
  }
  const rest = amount - trade.filled;
  const filled = money(underlying, trade.filled);
  if (rest === 0n) parts.push('and filled in full');
  else {
    const why = trade.reason === undefined ? '' : ` (${trade.reason})`;
    parts.push(`${filled} was filled and ${money(underlying, rest)} was not${why}`);
  }
  return parts.join(', ');
}

/** A short that is closed at the cost of cash stands among the buys. */
function closingText({ side, group, deltaExposure }: Action): string {
  if (side !== 'SHORT' || group !== 3 || deltaExposure >= 0n) return '';
  return ' Buying it back needs more cash than it releases, so it stands in the buy leg, where sells that fail can cut it.';
}

function edgeText({ band }: ExplainedRebalance): string {
  if (band?.goal !== 'EDGE') return '';
  return `, to the edge of its band of ${band.widthBps} bps,`;
}

function nounOf({ side, group, deltaExposure }: Action): string {
  if (side === 'LONG') return group === 3 ? 'buy' : 'sell';
  if (deltaExposure === 0n) return 'change of collateral';
  return deltaExposure > 0n ? 'short sale' : 'buy-back';
}

function money({ assetId, decimals }: Underlying, amount: bigint): string {
  return `${formatDecimal(decimalOf(amount, decimals))} ${assetId}`;
}
