import { canonicalJson, type JsonValue } from '@trimtab/canonical';
import type { Grant } from '../allocate.js';
import { totalDelta } from '../no-op.js';
import { solve } from '../solve.js';
import { targetsOf } from '../targets.js';
import { runCases, type ConformanceReport } from '@trimtab/canonical';
import { readRecord, type JsonRecord } from '@trimtab/canonical';
import { readSolverCase } from './solver-case.js';

/** Follows from the target weights, and vectors may leave it out; every other result they must state. */
const MAY_BE_ABSENT: ReadonlySet<string> = new Set(['noAllocation']);

/**
 * Runs a file of solver vectors: strategies (definition and snapshot merged), policy and allowed
 * strategies give scores, reserve, the grants of each round, weights and metrics, all exactly.
 */
export function conformSolver(file: unknown): ConformanceReport {
  return runCases(file, solverDifferences);
}

function solverDifferences(testCase: JsonRecord): readonly string[] {
  const expected = readRecord(testCase['expected'], 'expected');
  const actual = resultsOf(testCase);
  const absent = [...actual.keys()].filter(
    (field) => expected[field] === undefined && !MAY_BE_ABSENT.has(field),
  );
  const missing = absent.map((field) => `${field} is not in the vector`);
  const differing = Object.keys(expected).flatMap((field) => {
    const found = actual.get(field);
    if (found === undefined) return [`${field} is not a result of the solver`];
    const foundText = canonicalJson(found);
    // Whatever JSON.parse returns is a JsonValue.
    const expectedText = canonicalJson(expected[field] as JsonValue);
    if (foundText === expectedText) return [];
    return [`${field} was ${foundText}, expected ${expectedText}`];
  });
  return [...missing, ...differing];
}

function resultsOf(testCase: JsonRecord): ReadonlyMap<string, JsonValue> {
  const { problem, liveWeights } = readSolverCase(testCase);
  const { assessed, reserveBps, allocation, metrics } = solve(problem);
  const targets = targetsOf(problem.strategies, allocation.weights);
  const delta = totalDelta(targets, liveWeights, problem.policy.minRebalanceDeltaBps);
  const scores = assessed.assessments.flatMap(({ strategyId, score }): [string, number][] =>
    score === undefined ? [] : [[strategyId, score.scoreBps]],
  );
  return new Map<string, JsonValue>([
    ['scoresBps', Object.fromEntries(scores)],
    ['reserveBps', reserveBps],
    ['idleBps', allocation.idleBps],
    ['targetWeightsBps', Object.fromEntries(allocation.weights)],
    ['roundsBps', allocation.rounds.map(({ grants }) => grantsById(grants))],
    ['expectedBlendedApyBps', metrics.expectedBlendedApyBps],
    ['riskBudgetUsageBps', metrics.riskBudgetUsageBps],
    ['noAllocation', metrics.noAllocation],
    ['totalDeltaBps', delta.totalDeltaBps],
    ['noOp', delta.noOp],
  ]);
}

function grantsById(grants: readonly Grant[]): JsonValue {
  return Object.fromEntries(grants.map(({ strategyId, grantBps }) => [strategyId, grantBps]));
}
