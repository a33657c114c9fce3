import { addMillis, instant, parseInstant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { isMature, refuseEarly, refuseMerge, refuseSettle, refuseSplit } from './series-rules.js';
import { DEFAULT_POLICY, type HeldVault } from './vault.js';

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const MATURITY = at('2026-08-01T08:00:00Z');
const series = { base: 'BTC', strike: 30_000n, maturity: MATURITY };
const assets = { series, baseAssetId: 'WBTC' };
const before = addMillis(MATURITY, -1);
const position = (assetId: string, quantity: bigint) =>
  ({ assetId, side: 'LONG', quantity, collateral: 0n }) as const;

const open: HeldVault = {
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
  positions: [
    position('N-BTC-30000-20260801', 7n),
    position('P-BTC-30000-20260801', 5n),
    position('WBTC', 10n),
  ],
};

const split = (vault: Partial<HeldVault> = {}, amount = 10n, now = before) =>
  refuseSplit({ ...open, ...vault }, assets, { amount, now })?.reason;
const merge = (vault: Partial<HeldVault> = {}, amount = 5n) =>
  refuseMerge({ ...open, ...vault }, assets, amount)?.reason;
const settle = (vault: Partial<HeldVault> = {}) => refuseSettle({ ...open, ...vault })?.reason;

describe('what a vault refuses of a series', () => {
  type Reason = string | undefined;
  const cases: readonly (readonly [string, Partial<HeldVault>, Reason, Reason, Reason])[] = [
    ['an open vault', {}, undefined, undefined, undefined],
    ['a paused one', { mode: 'PAUSED' }, 'VAULT_NOT_OPEN', undefined, undefined],
    ['a closing one', { mode: 'CLOSING' }, 'VAULT_NOT_OPEN', undefined, undefined],
    ['a closed one', { mode: 'CLOSED' }, 'VAULT_NOT_OPEN', 'VAULT_CLOSED', 'VAULT_CLOSED'],
    ['a frozen one', { frozen: true }, 'VAULT_FROZEN', 'VAULT_FROZEN', 'VAULT_FROZEN'],
    ['one in deficit', { cash: -1n }, 'VAULT_IN_DEFICIT', 'VAULT_IN_DEFICIT', undefined],
    ['a busy one', { openRebalanceId: 'r' }, 'VAULT_BUSY', 'VAULT_BUSY', 'VAULT_BUSY'],
  ];
  it.each(cases)('%s: split, merge, settlement', (_, vault, ofSplit, ofMerge, ofSettlement) => {
    expect([split(vault), merge(vault), settle(vault)]).toEqual([ofSplit, ofMerge, ofSettlement]);
  });

  it('is more than is held: of the base asset, or of either half', () => {
    expect([split({}, 11n), merge({}, 6n)]).toEqual([
      'INSUFFICIENT_BALANCE',
      'INSUFFICIENT_BALANCE',
    ]);
    const without = open.positions.filter(({ assetId }) => !assetId.startsWith('N'));
    expect(refuseMerge({ ...open, positions: without }, assets, 1n)).toMatchObject({
      reason: 'INSUFFICIENT_BALANCE',
      metadata: { asset_id: 'N-BTC-30000-20260801', held: '0', requested: '1' },
    });
  });

  it('is a split from the millisecond of its maturity on', () => {
    expect([split(), split({}, 1n, MATURITY)]).toEqual([undefined, 'SERIES_MATURED']);
    expect([isMature(series, before), isMature(series, MATURITY)]).toEqual([false, true]);
  });

  it('is a settlement until the delay after the maturity has passed', () => {
    const early = (millis: number) =>
      refuseEarly(series, { now: addMillis(MATURITY, millis), delayMillis: 3_600_000 });
    expect(early(3_600_000)).toBeUndefined();
    expect(early(3_599_999)).toMatchObject({
      reason: 'SERIES_NOT_MATURED',
      metadata: {
        series_id: 'BTC-30000-20260801',
        maturity: '2026-08-01T08:00:00.000Z',
        settle_time: '2026-08-01T09:00:00.000Z',
      },
    });
    expect(early(-1)?.reason).toBe('SERIES_NOT_MATURED');
  });
});
