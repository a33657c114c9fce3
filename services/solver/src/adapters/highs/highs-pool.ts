import { Worker } from 'node:worker_threads';
import { domainError, DomainFailure } from '@trimtab/core';
import type { Component } from '@trimtab/lifecycle';
import type { LinearProgramSolver } from '../../application/ports.js';
import type { LinearAnswer, LinearProgram } from '../../domain/index.js';

/** How many programs are solved at a time, and how many may wait. */
export interface HighsPoolOptions {
  readonly workers: number;
  readonly queueLimit: number;
  /** The thread's module; the one with HiGHS unless a test brings its own. */
  readonly script?: URL;
}

interface Job {
  readonly id: number;
  readonly program: LinearProgram;
  readonly resolve: (answer: LinearAnswer) => void;
  readonly reject: (error: DomainFailure) => void;
}

interface Slot {
  worker: Worker | undefined;
  job: Job | undefined;
}

/** What a worker answers. */
type Reply = { readonly id: number } & (
  { readonly answer: LinearAnswer } | { readonly fault: string }
);

/**
 * HiGHS in threads of its own: a solve blocks its thread until it ends, and the event loop must not
 * wait for it. Threads start with the first program and are kept. A program that is given up (deadline,
 * cancellation) while it is solved takes its thread with it, because nothing else stops a solve; the
 * next program gets a fresh one, as after a crash.
 */
export function createHighsPool(options: HighsPoolOptions): LinearProgramSolver & Component {
  const script = options.script ?? new URL('./highs-worker.mjs', import.meta.url);
  const slots = Array.from({ length: options.workers }, (): Slot => ({
    worker: undefined,
    job: undefined,
  }));
  const queue: Job[] = [];
  let nextId = 1;
  let stopped = false;

  /** Takes the job off its slot, unless it is no longer there. */
  const release = (slot: Slot, id: number): Job | undefined => {
    if (slot.job?.id !== id) return undefined;
    const { job } = slot;
    slot.job = undefined;
    return job;
  };

  const spawn = (slot: Slot): Worker => {
    const worker = new Worker(script);
    worker.unref();
    const lost = (why: string): void => {
      if (slot.worker !== worker) return;
      slot.worker = undefined;
      const job = slot.job === undefined ? undefined : release(slot, slot.job.id);
      job?.reject(unavailable(`the thread of HiGHS ${why}`));
      runNext();
    };
    worker.on('message', (reply: Reply) => {
      const job = release(slot, reply.id);
      if ('answer' in reply) job?.resolve(reply.answer);
      else job?.reject(unavailable(`HiGHS failed: ${reply.fault}`));
      runNext();
    });
    worker.on('error', (error) => lost(`failed: ${String(error)}`));
    worker.on('exit', (code) => lost(`ended with code ${code}`));
    slot.worker = worker;
    return worker;
  };

  const runNext = (): void => {
    for (const slot of slots) {
      if (slot.job !== undefined) continue;
      const job = queue.shift();
      if (job === undefined) return;
      slot.job = job;
      (slot.worker ?? spawn(slot)).postMessage({ id: job.id, program: job.program });
    }
  };

  const giveUp = (id: number, error: DomainFailure): void => {
    const waiting = queue.findIndex((job) => job.id === id);
    if (waiting >= 0) {
      queue.splice(waiting, 1)[0]?.reject(error);
      return;
    }
    const slot = slots.find(({ job }) => job?.id === id);
    if (slot === undefined) return;
    const { worker } = slot;
    slot.worker = undefined;
    release(slot, id)?.reject(error);
    void worker?.terminate();
    runNext();
  };

  return {
    name: 'highs',
    start: async () => {
      stopped = false;
    },
    stop: async () => {
      stopped = true;
      for (const job of queue.splice(0)) job.reject(unavailable('the solver stops'));
      await Promise.all(
        slots.map(async (slot) => {
          const { worker, job } = slot;
          slot.worker = undefined;
          if (job !== undefined) release(slot, job.id)?.reject(unavailable('the solver stops'));
          await worker?.terminate();
        }),
      );
    },
    solve: (program, { timeoutMs, signal }) =>
      new Promise<LinearAnswer>((resolve, reject) => {
        if (stopped) {
          reject(unavailable('the solver stops'));
          return;
        }
        if (queue.length >= options.queueLimit) {
          reject(unavailable(`${queue.length} programs wait for HiGHS already`));
          return;
        }
        const id = nextId++;
        const late = (): void => giveUp(id, tooLate(timeoutMs));
        const cancelled = (): void => giveUp(id, unavailable('the call was cancelled'));
        if (signal?.aborted === true) {
          reject(unavailable('the call was cancelled'));
          return;
        }
        const timer = setTimeout(late, timeoutMs);
        signal?.addEventListener('abort', cancelled, { once: true });
        const settled = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', cancelled);
        };
        queue.push({
          id,
          program,
          resolve: (answer) => {
            settled();
            resolve(answer);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
        });
        runNext();
      }),
  };
}

function unavailable(message: string): DomainFailure {
  return new DomainFailure(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', message));
}

function tooLate(timeoutMs: number): DomainFailure {
  const message = `HiGHS did not answer within ${timeoutMs} ms`;
  return new DomainFailure(domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', message));
}
