import { DomainFailure, invariant, type DomainError, type Result } from '@trimtab/core';
import { parseInteger } from '@trimtab/decimal';
import { breachOf } from '../breach-of.js';
import { checkResult } from '../check-result.js';
import type { ActionResult } from '../fold-input.js';
import { createProgram, type RebalanceProgram } from '../program.js';
import { openBuys, openSells, type RebalanceState } from '../rebalance-state.js';
import { settle } from '../settle.js';
import { plannedState } from '../start-rebalance.js';
import { runCases, type ConformanceReport } from '@trimtab/canonical';
import {
  readInteger,
  readList,
  readRecord,
  readText,
  VectorShapeError,
  type JsonRecord,
} from '@trimtab/canonical';

/**
 * Runs a file of recalibration vectors: orders and results give the open totals after the funding
 * check and, after every result, the amount that had been dispatched and the state, all exactly.
 * A vector states a result for every index, also where the amount is 0, so the results are settled
 * one by one and no action is skipped; the invariants are checked after each.
 */
export function conformRecalibrate(file: unknown): ConformanceReport {
  return runCases(file, recalibrateDifferences);
}

function recalibrateDifferences(testCase: JsonRecord): readonly string[] {
  const program = readProgram(testCase);
  let state: RebalanceState = { ...plannedState(program), state: 'EXECUTING' };
  const start = readRecord(testCase['expectedStart'], 'expectedStart');
  const differences = [...compareFields('start', start, startFields(state))];
  const results = readList(testCase['results'], 'results');
  const steps = readList(testCase['expectedSteps'], 'expectedSteps');
  if (results.length !== steps.length) {
    differences.push(`${results.length} results have ${steps.length} expected steps`);
  }
  results.forEach((entry, place) => {
    const result = readResult(readRecord(entry, `results[${place}]`), `results[${place}]`);
    const amount = unwrap(checkResult(program, state, result));
    const after = settle(program, state, result, amount).state;
    const breach = breachOf(program, state, after);
    invariant(breach === undefined, breach ?? '');
    state = after;
    if (place >= steps.length) return;
    const step = readRecord(steps[place], `expectedSteps[${place}]`);
    const fields = stepFields(result.index, amount, state);
    differences.push(...compareFields(`step ${place}`, step, fields));
  });
  return differences;
}

type Fields = ReadonlyMap<string, string>;

function startFields(state: RebalanceState): Fields {
  return new Map([
    ['openSells', openSells(state).toString()],
    ['openBuys', openBuys(state).toString()],
  ]);
}

function stepFields(index: number, amount: bigint, state: RebalanceState): Fields {
  return new Map([
    ...startFields(state),
    ['index', String(index)],
    ['amount', amount.toString()],
    ['cash', state.cash.toString()],
    ['toUnderlying', state.toUnderlying.toString()],
    ['residual', state.residual.toString()],
  ]);
}

function compareFields(place: string, expected: JsonRecord, actual: Fields): readonly string[] {
  const absent = [...actual.keys()].filter((field) => expected[field] === undefined);
  const missing = absent.map((field) => `${place}: ${field} is not in the vector`);
  const differing = Object.keys(expected).flatMap((field) => {
    const found = actual.get(field);
    if (found === undefined) return [`${place}: ${field} is not a result of the fold`];
    const wanted =
      field === 'index'
        ? String(readInteger(expected[field], field))
        : readText(expected[field], field);
    return found === wanted ? [] : [`${place}: ${field} was ${found}, expected ${wanted}`];
  });
  return [...missing, ...differing];
}

function readProgram(testCase: JsonRecord): RebalanceProgram {
  const orders = readList(testCase['orders'], 'orders').map((entry, index) => {
    const place = `orders[${index}]`;
    const record = readRecord(entry, place);
    const net = readAmount(record['net'], `${place}.net`);
    const cap = record['cap'];
    return { net, ...(cap !== undefined && { cap: readAmount(cap, `${place}.cap`) }) };
  });
  const isSell = (order: { readonly net: bigint; readonly cap?: bigint }): boolean =>
    order.net < 0n || order.cap !== undefined;
  const firstBuy = orders.findIndex((order) => !isSell(order));
  if (firstBuy >= 0 && orders.slice(firstBuy).some(isSell)) {
    throw new VectorShapeError('orders must have all sells before any buy');
  }
  return unwrap(
    createProgram({
      cash: readAmount(testCase['cash'], 'cash'),
      underlyingFloor: readAmount(testCase['underlyingFloor'], 'underlyingFloor'),
      sells: orders.filter(isSell).map(({ net, cap }) => ({ amount: -net, cap: cap ?? -net })),
      buys: orders.filter((order) => !isSell(order)).map(({ net }) => net),
    }),
  );
}

function readResult(record: JsonRecord, place: string): ActionResult {
  const filled = readAmount(record['filled'], `${place}.filled`);
  return {
    index: readInteger(record['index'], `${place}.index`),
    filled,
    cashMoved: readAmount(record['cashMoved'], `${place}.cashMoved`),
    execType: 'CANCELED',
  };
}

function readAmount(value: unknown, place: string): bigint {
  const parsed = parseInteger(readText(value, place));
  if (!parsed.ok) throw new VectorShapeError(`${place} ${parsed.error}`);
  return parsed.value;
}

function unwrap<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new DomainFailure(result.error);
  return result.value;
}
