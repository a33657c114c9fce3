import { afterAll, afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DomainFailure } from '@trimtab/core';
import { campaignCount } from '@trimtab/testkit';
import { exactProblemArbitrary } from '../../domain/exact/exact.fixture.js';
import { findOptimum } from '../../domain/exact/optimum.js';
import { earnedBy } from '../../domain/exact/proof.js';
import { judgeAnswer, linearProgramOf, type LinearProgram } from '../../domain/index.js';
import { createHighsPool } from './highs-pool.js';

const LIMITS = { timeoutMs: 30_000 };

/** A thread that answers the worth of the first column: 0 never, -1 by dying, others at once. */
const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, program }) => {
      const worth = program.columns[0].worth;
      if (worth === -1) process.exit(3);
      if (worth === -2) parentPort.postMessage({ id, fault: 'odd' });
      if (worth > 0) parentPort.postMessage({ id, answer: { values: [worth], columnPrices: [], rowPrices: [] } });
    });`)}`,
);

const programOf = (worth: number): LinearProgram => ({ columns: [{ worth, limit: 1 }], rows: [] });

const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof DomainFailure
    ? `${error.error.reason}: ${error.error.message}`
    : `not refused: ${String(error)}`;
};

describe('HiGHS in threads', () => {
  const pool = createHighsPool({ workers: 1, queueLimit: 100 });
  afterAll(() => pool.stop());

  it('finds the objective of the integer optimum, and integers prove its answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        exactProblemArbitrary({ items: 30, limit: 900, score: 60 }),
        async (problem) => {
          const answer = await pool.solve(linearProgramOf(problem), LIMITS);
          const judged = judgeAnswer(problem, answer);
          expect(judged.fault).toBeUndefined();
          expect(judged.provenObjective).toBe(earnedBy(problem, findOptimum(problem).weights));
        },
      ),
      { seed: 20260718, numRuns: campaignCount(60, 2000) },
    );
  });

  it('does not keep the event loop while it solves', async () => {
    const columns = Array.from({ length: 20_000 }, (_, index) => ({
      worth: 1 + ((index * 7919) % 997),
      limit: 5,
    }));
    const members = columns.map((_, index) => index);
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    await pool.solve({ columns, rows: [{ limit: 9000, members }] }, LIMITS);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('the pool of threads', () => {
  let pool = createHighsPool({ workers: 1, queueLimit: 2, script: SCRIPT });
  afterEach(async () => {
    await pool.stop();
    pool = createHighsPool({ workers: 1, queueLimit: 2, script: SCRIPT });
  });

  it('answers in turn, each program with its own answer', async () => {
    const answers = await Promise.all(
      [7, 8, 9].map((worth) => pool.solve(programOf(worth), LIMITS)),
    );
    expect(answers.map(({ values }) => values[0])).toEqual([7, 8, 9]);
  });

  it('refuses a program when as many wait as may, and gives a freed thread to the next', async () => {
    const controller = new AbortController();
    const running = refusal(pool.solve(programOf(0), { ...LIMITS, signal: controller.signal }));
    const waiting = [7, 8].map((worth) => pool.solve(programOf(worth), LIMITS));
    expect(await refusal(pool.solve(programOf(9), LIMITS))).toContain('2 programs wait');
    controller.abort();
    expect(await running).toContain('the call was cancelled');
    expect((await Promise.all(waiting)).map(({ values }) => values[0])).toEqual([7, 8]);
  });

  it('gives a program up at its deadline, running or waiting, and goes on', async () => {
    const running = refusal(pool.solve(programOf(0), { timeoutMs: 80 }));
    const waiting = refusal(pool.solve(programOf(7), { timeoutMs: 20 }));
    expect(await waiting).toContain('DEADLINE_EXCEEDED');
    expect(await running).toContain('DEADLINE_EXCEEDED');
    expect((await pool.solve(programOf(8), LIMITS)).values).toEqual([8]);
  });

  it('survives a thread that dies', async () => {
    expect(await refusal(pool.solve(programOf(-1), LIMITS))).toContain('ended with code 3');
    expect((await pool.solve(programOf(8), LIMITS)).values).toEqual([8]);
  });

  it('passes on what the solver says of itself', async () => {
    expect(await refusal(pool.solve(programOf(-2), LIMITS))).toContain('HiGHS failed: odd');
  });

  it('lets nobody wait when it stops', async () => {
    const running = refusal(pool.solve(programOf(0), LIMITS));
    const waiting = refusal(pool.solve(programOf(0), LIMITS));
    await pool.stop();
    expect(await Promise.all([running, waiting])).toEqual([
      'DEPENDENCY_UNAVAILABLE: the solver stops',
      'DEPENDENCY_UNAVAILABLE: the solver stops',
    ]);
    expect(await refusal(pool.solve(programOf(7), LIMITS))).toContain('the solver stops');
  });
});
