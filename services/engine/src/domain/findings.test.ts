import { describe, expect, it } from 'vitest';
import { findingOf } from './findings.js';
import { rebalanceOf } from './values.fixture.js';
import type { VaultView } from './vault.js';

const vault: VaultView = {
  vaultId: 'vault-1',
  mode: 'OPEN',
  version: 3,
  cash: 0n,
  positions: [],
  openRebalanceId: undefined,
  frozen: false,
  freezeReason: '',
};

describe('what stops an intent', () => {
  it('is nothing while everything can be explained', () => {
    expect(findingOf(vault, [rebalanceOf()])).toBeUndefined();
    expect(findingOf(vault, [])).toBeUndefined();
  });

  it('is ledger drift, with what the audit found', () => {
    const frozen = { ...vault, frozen: true, freezeReason: 'cash is 5, the ledger says 6' };
    expect(findingOf(frozen, [])).toBe(
      'Ledger drift: vault vault-1 is frozen: cash is 5, the ledger says 6',
    );
  });

  it('is a frozen vault also without a word why', () => {
    expect(findingOf({ ...vault, frozen: true }, [])).toBe('Ledger drift: vault vault-1 is frozen');
  });

  it('is an action without a result, with its rebalance', () => {
    const stuck = rebalanceOf({ state: 'EXECUTING', stuckIndexes: [2, 3] });
    expect(findingOf(vault, [rebalanceOf(), stuck])).toBe(
      'Stuck position: no result for action 2, 3 of rebalance rebalance-1',
    );
  });

  it('is a broken invariant before the freeze that it caused', () => {
    const faulted = rebalanceOf({ state: 'FAULTED', stateReason: 'the open buys exceed the cash' });
    expect(
      findingOf({ ...vault, frozen: true, freezeReason: 'rebalance faulted' }, [faulted]),
    ).toBe('Invariant violation: rebalance rebalance-1 is FAULTED: the open buys exceed the cash');
  });
});
