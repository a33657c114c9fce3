import { instant, present } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import type { Position, Side } from '../domain/position.js';
import type { PriceEntry } from '../domain/price-book.js';
import type { Target } from '../domain/targets.js';
import { DEFAULT_POLICY, type HeldVault } from '../domain/vault.js';
import type { PlanCopy, SnapshotCopy } from './documents.js';

/** Vaults, prices and plans at the edges of what amounts, prices and decimals may be. */

/** Numbers drawn from a seed; the same seed draws the same for ever (mulberry32). */
export interface Draws {
  /** 0 to `below` − 1. */
  int(below: number): number;
  pick<T>(values: readonly T[]): T;
  /** 1 to 10^`digits`, every order of magnitude as likely as the next. */
  magnitude(digits: number): bigint;
}

/** Begins to draw. */
export function drawsOf(seed: number): Draws {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number): number => next() % below;
  return {
    int,
    pick: (values) => present(values[int(values.length)], 'there is something to pick'),
    magnitude: (digits) => {
      const exponent = int(digits + 1);
      if (exponent === digits) return 10n ** BigInt(digits);
      return BigInt(1 + int(999_999_999)) % 10n ** BigInt(exponent + 1) || 10n ** BigInt(exponent);
    },
  };
}

const DECIMALS = [0, 6, 8, 18, 27] as const;
const SIDES: readonly Side[] = ['LONG', 'SHORT'];
const HASHES = { planHash: 'a'.repeat(64), snapshotHash: 'b'.repeat(64) };

/** One rebalance to be: everything that planning reads. */
export interface ExtremeCase {
  readonly vault: HeldVault;
  readonly plan: PlanCopy;
  readonly snapshot: SnapshotCopy;
}

/** Draws a vault of so many positions, and a plan for it. */
export function extremeCase(draws: Draws, size: number): ExtremeCase {
  const assets = Array.from({ length: size }, (_, index) => `A${index}`);
  const entries = assets.map((assetId) => entryOf(draws, assetId));
  const positions = assets.flatMap((assetId) => (draws.int(4) === 0 ? [] : held(draws, assetId)));
  const vault = vaultOf(draws, positions);
  const content = { snapshotHash: HASHES.snapshotHash, denomination: 'U', entries };
  return {
    vault,
    plan: {
      ...HASHES,
      vaultId: vault.vaultId,
      vaultVersion: vault.version,
      targetWeightsHash: '',
      txBundleHash: '',
      noOp: false,
      targets: targetsOf(draws, assets),
      bytes: new Uint8Array(),
    },
    snapshot: { ...content, takeTime: instant(0), bytes: new Uint8Array() },
  };
}

/** A price from 10^-18 to 10^18 of an asset of any decimals. */
function entryOf(draws: Draws, assetId: string): PriceEntry {
  const up = draws.int(2) === 0;
  const exponent = draws.int(19);
  const digits = BigInt(1 + draws.int(9));
  const price = up
    ? decimalOf(exponent === 18 ? 10n ** 18n : digits * 10n ** BigInt(exponent), 0)
    : decimalOf(digits, exponent);
  const lot = draws.int(3) === 0 ? draws.magnitude(9) : 1n;
  const minimumOrder = draws.int(5) === 0 ? draws.magnitude(6) : 0n;
  return { assetId, decimals: draws.pick(DECIMALS), lot, minimumOrder, price };
}

function held(draws: Draws, assetId: string): readonly Position[] {
  const side = draws.pick(SIDES);
  const quantity = draws.magnitude(36);
  const one: Position = {
    assetId,
    side,
    quantity,
    collateral: side === 'LONG' ? 0n : draws.magnitude(36),
  };
  if (draws.int(8) !== 0) return [one];
  const both = SIDES.map((each) => ({ ...one, side: each }));
  return both.map((each) => (each.side === 'LONG' ? { ...each, collateral: 0n } : each));
}

/** Weights that leave some money idle, or none; a short has κ just above 1, or far. */
function targetsOf(draws: Draws, assets: readonly string[]): readonly Target[] {
  const wanted = assets.filter(() => draws.int(3) !== 0);
  const most = Math.floor(10_000 / Math.max(1, wanted.length));
  return wanted.map((assetId) => {
    const weightBps = draws.int(3) === 0 ? most : draws.int(most + 1);
    const isShort = draws.int(3) === 0;
    const kappa = draws.pick(['1.000000000000000001', '1.5', '2', '10']);
    const investible = draws.int(10) !== 0;
    if (!isShort) return { assetId, side: 'LONG', weightBps, investible };
    return { assetId, side: 'SHORT', weightBps, investible, kappa };
  });
}

function vaultOf(draws: Draws, positions: readonly Position[]): HeldVault {
  return {
    vaultId: 'vault',
    owner: 'owner',
    managers: [],
    approvers: [],
    policy: { ...DEFAULT_POLICY, slippageLimitBps: draws.pick([0, 50, 10_000]) },
    deposited: 0n,
    denomination: 'U',
    denominationDecimals: draws.pick(DECIMALS),
    mode: 'OPEN',
    fence: 1,
    version: 1,
    ledgerSequence: 0,
    cash: draws.magnitude(36),
    frozen: false,
    createTime: instant(0),
    updateTime: instant(0),
    positions,
  };
}
