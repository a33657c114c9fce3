import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { decimalOf } from '@trimtab/decimal';
import {
  createPriceBook,
  generate,
  type GenerateInput,
  type Position,
  type Target,
} from '@trimtab/ordergen/domain';
import { atLeast, rounded, type BenchRow } from './bench-row.js';
import { Exact, generateInDecimals, inDecimals, type DecimalInput } from './decimal-generation.js';

const POSITIONS = 10_000;
const ROUNDS = 25;

/**
 * Generation of 10 000 positions, against the same rules in decimal.js. Both sides get their numbers
 * ready made and neither hashes; both must come to the same trades in the same order. The rounds
 * alternate, so that whatever else the machine does meets both.
 */
export function generationRow(): BenchRow {
  const world = worldOf(POSITIONS);
  const [ours, theirs] = [oursOf(world), theirsOf(world)];
  requireSame(ours, theirs);
  let [oursMs, theirsMs] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    oursMs = Math.min(
      oursMs,
      millisOf(() => generate(ours)),
    );
    theirsMs = Math.min(
      theirsMs,
      millisOf(() => generateInDecimals(theirs)),
    );
  }
  return atLeast(20, {
    name: `generation of ${POSITIONS} positions`,
    measured: `${rounded(oursMs)} ms`,
    floor: `${rounded(theirsMs)} ms in decimal.js`,
    ratio: theirsMs / oursMs,
  });
}

function millisOf(run: () => unknown): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}

interface GenerationWorld {
  readonly cash: bigint;
  readonly positions: readonly Position[];
  readonly targets: readonly Target[];
  readonly prices: readonly { readonly assetId: string; readonly cents: bigint }[];
}

/** Of ten positions seven are longs to be changed, one is left for good, one is new, one is short. */
function worldOf(count: number): GenerationWorld {
  const ids = Array.from({ length: count }, (_, index) => `A${String(index).padStart(5, '0')}`);
  const isShort = (index: number): boolean => index % 10 === 8;
  const sideOf = (index: number): 'LONG' | 'SHORT' => (isShort(index) ? 'SHORT' : 'LONG');
  return {
    cash: 1_000_000_000_000n,
    positions: ids
      .map((assetId, index): Position => {
        const quantity = 100_000_000n + BigInt((index * 7_919) % 99_991) * 1_000n;
        const collateral = isShort(index) ? 900_000_000n + BigInt(index) : 0n;
        return { assetId, side: sideOf(index), quantity, collateral };
      })
      .filter((_, index) => index % 10 !== 9),
    targets: ids
      .map((assetId, index): Target => {
        const target = { assetId, side: sideOf(index), weightBps: 1, investible: true };
        return isShort(index) ? { ...target, kappa: '1.5' } : target;
      })
      .filter((_, index) => index % 10 !== 7),
    prices: ids.map((assetId, index) => ({
      assetId,
      cents: 10_000n + BigInt((index * 104_729) % 50_000),
    })),
  };
}

function oursOf({ cash, positions, targets, prices }: GenerationWorld): GenerateInput {
  return {
    cash,
    positions,
    prices: createPriceBook(
      6,
      prices.map(({ assetId, cents }) => ({
        assetId,
        decimals: 8,
        price: decimalOf(cents, 2),
        lot: 1n,
        minimumOrder: 0n,
      })),
    ),
    goal: { kind: 'WEIGHTS', targets },
    tolerances: { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n },
    netMode: 'STANDARD',
    sequencing: { kind: 'GUIDELINE' },
    underlyingFloor: 0n,
  };
}

function theirsOf({ cash, positions, targets, prices }: GenerationWorld): DecimalInput {
  return {
    cash: new Exact(cash.toString()),
    positions: inDecimals(positions),
    underlyingDecimals: 6,
    prices: new Map(
      prices.map(({ assetId, cents }) => [
        assetId,
        { assetId, decimals: 8, price: new Exact(cents.toString()).div(100) },
      ]),
    ),
    targets,
    tolerance: new Exact(0),
    underlyingFloor: new Exact(0),
  };
}

/** @throws Error when the two do not come to the same trades */
function requireSame(ours: GenerateInput, theirs: DecimalInput): void {
  const generated = generate(ours);
  if (!generated.ok) throw new Error(generated.error.message);
  const { actions, valuation, program } = generated.value;
  const decimals = generateInDecimals(theirs);
  const same = isDeepStrictEqual(
    {
      nav: valuation.nav.toString(),
      sells: program.sells.toString(),
      fundedBuys: program.fundedBuys.toString(),
      pinOrder: program.pinOrder,
      actions: actions.map((one) => [
        ...[one.assetId, one.side, one.group, one.deltaExposure.toString()],
        ...[one.deltaCollateral.toString(), one.deltaNet.toString(), one.cap?.toString()],
      ]),
    },
    {
      nav: decimals.nav.toFixed(),
      sells: decimals.sells.toFixed(),
      fundedBuys: decimals.fundedBuys.toFixed(),
      pinOrder: decimals.pinOrder,
      actions: decimals.actions.map((one) => [
        ...[one.assetId, one.side, one.group, one.deltaExposure.toFixed()],
        ...[one.deltaCollateral.toFixed(), one.deltaNet.toFixed(), one.cap?.toFixed()],
      ]),
    },
  );
  if (!same) throw new Error('decimal.js comes to other trades');
}
