import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { refuseDeposit, refuseMode, refuseRebalance, refuseWithdrawal } from './vault-rules.js';
import { DEFAULT_POLICY, holdsOf, mayDispatch, type Vault, type VaultMode } from './vault.js';

const open: Vault = {
  vaultId: 'v',
  owner: 'o',
  managers: [],
  approvers: [],
  policy: DEFAULT_POLICY,
  deposited: 0n,
  denomination: 'USDC',
  denominationDecimals: 6,
  mode: 'OPEN',
  fence: 3,
  version: 5,
  ledgerSequence: 0,
  cash: 100n,
  frozen: false,
  createTime: instant(0),
  updateTime: instant(0),
};
const claim = { purpose: 'REBALANCE', fence: 3, vaultVersion: 5 } as const;
const settle = { ...claim, purpose: 'SETTLE' } as const;

describe('a rebalance', () => {
  it('is taken by an open vault at its fence and version', () => {
    expect(refuseRebalance(open, claim)).toBeUndefined();
  });

  const refused: readonly (readonly [string, Partial<Vault>, Partial<typeof claim>, string])[] = [
    ['with another fence', {}, { fence: 2 as 3 }, 'FENCE_STALE'],
    ['with another version', {}, { vaultVersion: 4 as 5 }, 'VAULT_CHANGED'],
    ['of a paused vault', { mode: 'PAUSED' }, {}, 'VAULT_NOT_OPEN'],
    ['of a closing vault', { mode: 'CLOSING' }, {}, 'VAULT_NOT_OPEN'],
    ['of a closed vault', { mode: 'CLOSED' }, {}, 'VAULT_NOT_OPEN'],
    ['of a frozen vault', { frozen: true }, {}, 'VAULT_FROZEN'],
    ['of a vault in deficit', { cash: -1n }, {}, 'VAULT_IN_DEFICIT'],
    ['of a busy vault', { openRebalanceId: 'r' }, {}, 'REBALANCE_IN_PROGRESS'],
  ];
  it.each(refused)('%s is refused', (_, vault, other, reason) => {
    const error = refuseRebalance({ ...open, ...vault }, { ...claim, ...other });
    expect(error?.reason).toBe(reason);
  });

  it('that settles is taken while closing and in deficit, not when paused, closed or frozen', () => {
    expect(refuseRebalance({ ...open, cash: -1n }, settle)).toBeUndefined();
    expect(refuseRebalance({ ...open, mode: 'CLOSING', cash: -1n }, settle)).toBeUndefined();
    expect(refuseRebalance({ ...open, mode: 'PAUSED' }, settle)?.reason).toBe('VAULT_NOT_OPEN');
    expect(refuseRebalance({ ...open, mode: 'CLOSED' }, settle)?.reason).toBe('VAULT_NOT_OPEN');
    expect(refuseRebalance({ ...open, frozen: true }, settle)?.reason).toBe('VAULT_FROZEN');
  });
});

describe('a dispatch', () => {
  it.each([
    ['OPEN', 'REBALANCE', true],
    ['PAUSED', 'REBALANCE', true],
    ['CLOSING', 'REBALANCE', false],
    ['CLOSING', 'SETTLE', true],
    ['CLOSED', 'SETTLE', false],
  ] as const)('from a vault that is %s for purpose %s: %s', (mode, purpose, allowed) => {
    expect(mayDispatch({ mode, frozen: false }, purpose)).toBe(allowed);
    expect(mayDispatch({ mode, frozen: true }, purpose)).toBe(false);
  });
});

describe('a mode', () => {
  const allowed: readonly (readonly [VaultMode, VaultMode])[] = [
    ['OPEN', 'OPEN'],
    ['OPEN', 'PAUSED'],
    ['OPEN', 'CLOSING'],
    ['PAUSED', 'OPEN'],
    ['PAUSED', 'PAUSED'],
    ['PAUSED', 'CLOSING'],
    ['CLOSING', 'CLOSING'],
  ];
  const modes: readonly VaultMode[] = ['OPEN', 'PAUSED', 'CLOSING', 'CLOSED'];
  it.each(modes)('changes from %s as the table says and no other way', (mode) => {
    const reached = modes.filter((to) => refuseMode({ ...open, mode }, to, 3) === undefined);
    expect(reached).toEqual(allowed.filter(([from]) => from === mode).map(([, to]) => to));
  });

  it('is not changed by who knows an old fence, and needs none to be set whatever it is', () => {
    expect(refuseMode(open, 'PAUSED', 2)?.reason).toBe('FENCE_STALE');
    expect(refuseMode(open, 'PAUSED', undefined)).toBeUndefined();
    // What stands already was set by somebody whose answer got lost.
    expect(refuseMode({ ...open, mode: 'PAUSED' }, 'PAUSED', 2)).toBeUndefined();
    expect(refuseMode({ ...open, mode: 'CLOSED' }, 'OPEN', 3)?.reason).toBe('VAULT_CLOSED');
  });
});

describe('a deposit', () => {
  const limited = { ...open, depositLimit: 10n, deposited: 4n };

  it('may reach the limit and not pass it, whatever was withdrawn', () => {
    expect(refuseDeposit(limited, { inKind: false, value: 6n })).toBeUndefined();
    const error = refuseDeposit(limited, { inKind: true, value: 7n });
    expect(error?.reason).toBe('DEPOSIT_LIMIT_EXCEEDED');
  });

  it('that heals a deficit ignores mode and limit, up to what is missing', () => {
    const deficit = { ...limited, mode: 'CLOSING', cash: -20n } as const;
    expect(refuseDeposit(deficit, { inKind: false, value: 20n })).toBeUndefined();
    expect(refuseDeposit(deficit, { inKind: false, value: 21n })?.reason).toBe('VAULT_NOT_OPEN');
    expect(refuseDeposit(deficit, { inKind: true, value: 20n })?.reason).toBe('VAULT_NOT_OPEN');
  });

  it('of money may come during a run, in kind it may not', () => {
    const busy = { ...open, openRebalanceId: 'r' };
    expect(refuseDeposit(busy, { inKind: false, value: 1n })).toBeUndefined();
    expect(refuseDeposit(busy, { inKind: true, value: 1n })?.reason).toBe('VAULT_BUSY');
  });
});

describe('a withdrawal', () => {
  it.each([
    [{ openRebalanceId: 'r' }, 'VAULT_BUSY'],
    [{ cash: -1n }, 'VAULT_IN_DEFICIT'],
    [{ frozen: true }, 'VAULT_FROZEN'],
    [{ mode: 'CLOSED' as const }, 'VAULT_CLOSED'],
  ])('from a vault with %o is refused', (vault, reason) => {
    expect(refuseWithdrawal({ ...open, ...vault }, 100n, 1n)?.reason).toBe(reason);
  });

  it('takes at most what is held, also from a vault that is paused or closing', () => {
    expect(refuseWithdrawal({ ...open, mode: 'CLOSING' }, 5n, 5n)).toBeUndefined();
    expect(refuseWithdrawal(open, 5n, 6n)?.reason).toBe('INSUFFICIENT_BALANCE');
  });
});

describe('holds', () => {
  it('are a deficit below 0, and a freeze', () => {
    expect(holdsOf({ cash: 0n, frozen: false })).toEqual([]);
    expect(holdsOf({ cash: -1n, frozen: true })).toEqual(['DEFICIT', 'FROZEN']);
  });
});
