import { performance } from 'node:perf_hooks';
import { Decimal } from 'decimal.js';
import { decimalOf } from '@trimtab/decimal';
import { createPriceBook, generate, type Position, type Target } from '@trimtab/ordergen/domain';
import { atLeast, best, rounded, type BenchRow } from './bench-row.js';

const POSITIONS = 10_000;

/** Generation of 10 000 positions, against the same arithmetic in decimal.js at 60 digits. */
export function generationRow(): BenchRow {
  const world = worldOf(POSITIONS);
  const oursMs = best(5, () => ours(world));
  const theirsMs = best(3, () => theirs(world));
  return atLeast(20, {
    name: `generation of ${POSITIONS} positions`,
    measured: `${rounded(oursMs)} ms`,
    floor: `${rounded(theirsMs)} ms in decimal.js`,
    ratio: theirsMs / oursMs,
  });
}

interface GenerationWorld {
  readonly cash: bigint;
  readonly positions: readonly Position[];
  readonly targets: readonly Target[];
  readonly prices: readonly { readonly assetId: string; readonly cents: bigint }[];
}

function worldOf(count: number): GenerationWorld {
  const ids = Array.from({ length: count }, (_, index) => `A${String(index).padStart(5, '0')}`);
  return {
    cash: 1_000_000_000_000n,
    positions: ids.map((assetId, index) => ({
      assetId,
      side: 'LONG' as const,
      quantity: 100_000_000n + BigInt((index * 7_919) % 99_991) * 1_000n,
      collateral: 0n,
    })),
    targets: ids.map((assetId) => ({
      assetId,
      side: 'LONG' as const,
      weightBps: 1,
      investible: true,
    })),
    prices: ids.map((assetId, index) => ({
      assetId,
      cents: 10_000n + BigInt((index * 104_729) % 50_000),
    })),
  };
}

function ours({ cash, positions, targets, prices }: GenerationWorld): number {
  const book = createPriceBook(
    6,
    prices.map(({ assetId, cents }) => ({
      assetId,
      decimals: 8,
      price: decimalOf(cents, 2),
      lot: 1n,
      minimumOrder: 0n,
    })),
  );
  const begin = performance.now();
  const generated = generate({
    cash,
    positions,
    prices: book,
    goal: { kind: 'WEIGHTS', targets },
    tolerances: { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n },
    netMode: 'STANDARD',
    sequencing: { kind: 'GUIDELINE' },
    underlyingFloor: 0n,
  });
  const elapsed = performance.now() - begin;
  if (!generated.ok) throw new Error(generated.error.message);
  return elapsed;
}

/** NAV, targets, differences and the order of the guideline, every number a decimal.js value. */
function theirs({ cash, positions, targets, prices }: GenerationWorld): number {
  const Exact = Decimal.clone({ precision: 60 });
  const scale = new Exact(10).pow(-2);
  const price = new Map(
    prices.map(({ assetId, cents }) => [assetId, new Exact(cents.toString()).div(100)]),
  );
  const begin = performance.now();
  const values = new Map(
    positions.map(({ assetId, quantity }) => [
      assetId,
      new Exact(quantity.toString())
        .mul(price.get(assetId) ?? 0)
        .mul(scale)
        .floor(),
    ]),
  );
  let nav = new Exact(cash.toString());
  for (const value of values.values()) nav = nav.add(value);
  let whole = new Exact(0);
  for (const { weightBps } of targets) whole = whole.add(new Exact(weightBps).mul(1));
  whole = whole.add(new Exact(10_000).sub(whole));
  const actions = targets.map(({ assetId, weightBps }) => {
    const target = nav.mul(weightBps).div(whole).floor();
    const exposure = target.sub(values.get(assetId) ?? 0);
    return { assetId, exposure, net: exposure, group: exposure.isNegative() ? 2 : 3 };
  });
  const kept = actions.filter(({ exposure, net }) => exposure.abs().gt(0) || net.abs().gt(0));
  kept.sort(
    (a, b) =>
      a.group - b.group ||
      (a.group === 2 ? b.exposure.cmp(a.exposure) : b.exposure.abs().cmp(a.exposure.abs())) ||
      (a.assetId < b.assetId ? -1 : 1),
  );
  return performance.now() - begin;
}
