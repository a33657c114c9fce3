import { present, type Instant } from '@trimtab/core';
import type { LedgerLine } from './vault.js';

/** The lines of a ledger that were booked together. */
export interface Transaction {
  readonly id: string;
  /** Whether the owner put something in or took something out. */
  readonly isFlow: boolean;
  readonly bookTime: Instant;
  readonly lines: readonly LedgerLine[];
}

/** The transactions of a ledger's lines, in the order of their first line. */
export function transactionsOf(lines: readonly LedgerLine[]): readonly Transaction[] {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const group = groups.get(line.transactionId);
    if (group === undefined) groups.set(line.transactionId, [line]);
    else group.push(line);
  }
  return [...groups].map(([id, group]) => {
    const { kind, bookTime } = present(group[0], 'a group has a line');
    return { id, isFlow: kind === 'DEPOSIT' || kind === 'WITHDRAWAL', bookTime, lines: group };
  });
}
