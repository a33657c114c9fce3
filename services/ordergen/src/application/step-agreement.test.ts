import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../domain/program.js';
import { plannedState } from '../domain/start-rebalance.js';
import type { RebalanceLifecycle } from '../domain/rebalance-state.js';
import { bookMovement, type LedgerLine } from '../domain/ledger.js';
import type { LedgerTransaction } from './ports.js';
import type { OpenAction, RebalanceFacts } from './rebalance-record.js';
import { disagreementOf, type MoneyState } from './step-agreement.js';

const PROGRAM = createProgram({
  cash: 10n,
  underlyingFloor: 0n,
  sells: [{ amount: 100n, cap: 100n }],
  buys: [50n],
});

/** Of the facts only the actions are looked at: a sell, then a buy. */
const FACTS = {
  actions: [{ group: 1 }, { group: 3 }],
} as unknown as RebalanceFacts;

function money(cash: bigint, open?: OpenAction, state: RebalanceLifecycle = 'EXECUTING') {
  if (!PROGRAM.ok) throw new Error('the program is sound');
  const planned = plannedState(PROGRAM.value);
  const head = { sequence: 0, hash: '', state: { ...planned, cash, state } };
  return { head, open } satisfies MoneyState;
}

function out(index: number, underlying: bigint): OpenAction {
  return {
    index,
    orderId: '',
    amount: 100n,
    booked: { quantity: underlying, underlying, collateral: 0n, fee: 0n },
    reportSequence: 1,
    dispatchTime: instant(0),
  };
}

const sold = (cash: bigint): LedgerTransaction => ({
  transactionId: 't',
  lines: bookMovement('FILL', 'USDC', {
    assetId: 'A',
    side: 'LONG',
    quantity: -cash,
    cash,
    fee: 1n,
    collateral: 0n,
  }),
});

describe('what one event writes', () => {
  it('agrees when the ledger books what the fold moved', () => {
    expect(disagreementOf(FACTS, money(10n), money(110n), [sold(100n)])).toBeUndefined();
    expect(disagreementOf(FACTS, money(10n), money(10n), [])).toBeUndefined();
  });

  it('does not when they differ by one unit, in either direction', () => {
    for (const cash of [99n, 101n]) {
      expect(disagreementOf(FACTS, money(10n), money(110n), [sold(cash)])).toBe(
        `the ledger moves the cash by ${cash}, the fold by 100`,
      );
    }
  });

  it('counts the parts that the fold still waits for', () => {
    expect(disagreementOf(FACTS, money(10n), money(10n, out(0, 40n)), [sold(40n)])).toBeUndefined();
    const after = money(110n);
    expect(disagreementOf(FACTS, money(10n, out(0, 40n)), after, [sold(60n)])).toBeUndefined();
    expect(disagreementOf(FACTS, money(10n, out(0, 40n)), after, [sold(100n)])).toBeDefined();
    // What a buy spent went out.
    expect(disagreementOf(FACTS, money(10n), money(10n, out(1, 5n)), [sold(-5n)])).toBeUndefined();
  });

  it('names the transaction that does not sum to 0', () => {
    const line: LedgerLine = { kind: 'FILL', account: 'CASH', assetId: 'USDC', amount: 100n };
    const broken = disagreementOf(FACTS, money(10n), money(110n), [
      { transactionId: 't', lines: [line] },
    ]);
    expect(broken).toBe('the lines of t do not sum to 0 in USDC');
  });

  it('lets a faulted fold stand while its money is booked', () => {
    const before = money(10n, undefined, 'FAULTED');
    expect(disagreementOf(FACTS, before, before, [sold(100n)])).toBeUndefined();
  });
});
