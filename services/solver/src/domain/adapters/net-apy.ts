import type { StrategySnapshot } from '../strategy.js';

/** Gross yield less fee, borrowing and slippage, in bps (solver rules, score). May be negative. */
export function netApyBps(snapshot: StrategySnapshot): number {
  return snapshot.grossApyBps - snapshot.feeBps - snapshot.borrowCostBps - snapshot.slippageBps;
}
