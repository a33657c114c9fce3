import { DomainFailure } from '@trimtab/core';
import { parseDecimal, parseInteger, type Decimal } from '@trimtab/decimal';
import type { Action } from '../action.js';
import { generate, type GenerateInput } from '../generate.js';
import type { Position, Side } from '../position.js';
import { createPriceBook, type PriceBook, type PriceEntry } from '../price-book.js';
import { GUIDELINE } from '../sequence.js';
import type { Target } from '../targets.js';
import { runCases, type ConformanceReport } from '@trimtab/canonical';
import {
  readBoolean,
  readInteger,
  readList,
  readName,
  readRecord,
  readText,
  VectorShapeError,
  type JsonRecord,
} from '@trimtab/canonical';

/**
 * Runs a file of generation vectors: vault, prices, targets and tolerances give NAV and the
 * sequenced actions, all exactly.
 */
export function conformGenerate(file: unknown): ConformanceReport {
  return runCases(file, generateDifferences);
}

function generateDifferences(testCase: JsonRecord): readonly string[] {
  const generation = generate(readInput(testCase));
  if (!generation.ok) throw new DomainFailure(generation.error);
  const expected = readRecord(testCase['expected'], 'expected');
  const differences: string[] = [];
  const expect = (field: string, found: string, wanted: unknown): void => {
    if (wanted === undefined) differences.push(`${field} was ${found}, expected nothing`);
    else {
      const text = typeof wanted === 'number' ? String(wanted) : readText(wanted, field);
      if (found !== text) differences.push(`${field} was ${found}, expected ${text}`);
    }
  };
  expect('nav', generation.value.valuation.nav.toString(), expected['nav']);
  const orders = readList(expected['orders'], 'expected.orders');
  const { actions } = generation.value;
  expect('the number of orders', String(actions.length), orders.length);
  orders.forEach((entry, place) => {
    const action = actions[place];
    if (action === undefined) return;
    const order = readRecord(entry, `orders[${place}]`);
    const fields = orderFields(action);
    // A field that the vector leaves out is a difference too: an empty file would pass otherwise.
    for (const field of new Set([...STATED, ...Object.keys(order)])) {
      expect(`order ${place}: ${field}`, fields.get(field) ?? 'not a field', order[field]);
    }
  });
  return differences;
}

/** What every vector states of an order; the cap of a sell is stated by some. */
const STATED = [
  'index',
  'asset',
  'side',
  'group',
  'deltaExposure',
  'deltaCollateral',
  'deltaNet',
] as const;

function orderFields(action: Action): ReadonlyMap<string, string> {
  return new Map([
    ['index', String(action.index)],
    ['asset', action.assetId],
    ['side', action.side],
    ['group', String(action.group)],
    ['deltaExposure', action.deltaExposure.toString()],
    ['deltaCollateral', action.deltaCollateral.toString()],
    ['deltaNet', action.deltaNet.toString()],
    ...(action.cap === undefined ? [] : [['cap', action.cap.toString()] as const]),
  ]);
}

const SIDES: readonly Side[] = ['LONG', 'SHORT'];

function readInput(testCase: JsonRecord): GenerateInput {
  const vault = readRecord(testCase['vault'], 'vault');
  const held = readList(vault['positions'], 'vault.positions').map((entry, index) =>
    readRecord(entry, `vault.positions[${index}]`),
  );
  const stated = readList(testCase['targets'], 'targets').map((entry, index) =>
    readRecord(entry, `targets[${index}]`),
  );
  const tolerances = readRecord(testCase['tolerances'], 'tolerances');
  return {
    cash: readAmount(vault['cash'], 'vault.cash'),
    positions: held.map(readPosition),
    prices: readPrices(testCase, readInteger(vault['cash_decimals'], 'vault.cash_decimals'), [
      ...held,
      ...stated,
    ]),
    goal: { kind: 'WEIGHTS', targets: stated.map(readTarget) },
    tolerances: {
      kind: 'ABSOLUTE',
      exposure: readAmount(tolerances['exposure'], 'tolerances.exposure'),
      collateral: readAmount(tolerances['collateral'], 'tolerances.collateral'),
      net: readAmount(tolerances['net'], 'tolerances.net'),
    },
    netMode: readName(testCase['netMode'], ['STANDARD', 'CONSERVATIVE'], 'netMode'),
    sequencing: GUIDELINE,
    underlyingFloor: 0n,
  };
}

function readPosition(record: JsonRecord): Position {
  const collateral = record['collateral'];
  return {
    assetId: readText(record['asset'], 'asset'),
    side: readName(record['side'], SIDES, 'side'),
    quantity: readAmount(record['quantity'], 'quantity'),
    collateral: collateral === undefined ? 0n : readAmount(collateral, 'collateral'),
  };
}

function readTarget(record: JsonRecord): Target {
  const ratio = record['ratio'];
  return {
    assetId: readText(record['asset'], 'asset'),
    side: readName(record['side'], SIDES, 'side'),
    weightBps: readInteger(record['weight_bps'], 'weight_bps'),
    investible: readBoolean(record['investible'], 'investible'),
    ...(ratio !== undefined && { kappa: readText(ratio, 'ratio') }),
  };
}

/** Decimals are stated beside positions and targets; lots and minimum orders are not in vectors. */
function readPrices(
  testCase: JsonRecord,
  underlyingDecimals: number,
  records: readonly JsonRecord[],
): PriceBook {
  const prices = readRecord(testCase['prices'], 'prices');
  const entries = records.flatMap((record): PriceEntry[] => {
    const assetId = readText(record['asset'], 'asset');
    if (prices[assetId] === undefined) return [];
    const decimals = readInteger(record['decimals'], 'decimals');
    const price = readDecimal(prices[assetId], `prices.${assetId}`);
    return [{ assetId, decimals, price, lot: 1n, minimumOrder: 0n }];
  });
  return createPriceBook(underlyingDecimals, entries);
}

function readDecimal(value: unknown, place: string): Decimal {
  const parsed = parseDecimal(readText(value, place));
  if (!parsed.ok) throw new VectorShapeError(`${place} ${parsed.error}`);
  return parsed.value;
}

function readAmount(value: unknown, place: string): bigint {
  const parsed = parseInteger(readText(value, place));
  if (!parsed.ok) throw new VectorShapeError(`${place} ${parsed.error}`);
  return parsed.value;
}
