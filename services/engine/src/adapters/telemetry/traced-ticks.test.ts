import { domainError, DomainFailure } from '@trimtab/core';
import { ATTRIBUTES } from '@trimtab/telemetry';
import { collectLogs, memorySpans, type MemorySpans } from '@trimtab/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workOf } from '../../application/scheduler.fixture.js';
import { createObserver } from './observer.js';
import { tracedTicks } from './traced-ticks.js';

const ORACLE = workOf('o', { kind: 'ORACLE', instanceKey: 'BTC/USDC', intentId: undefined });

describe('what is told of a tick', () => {
  let spans: MemorySpans;
  beforeAll(() => {
    spans = memorySpans();
  });
  beforeEach(() => spans.reset());
  afterAll(() => spans.stop());

  it('is one span with agent, instance, intent and attempt', async () => {
    const work = workOf('a', { attemptCount: 2 });
    expect(await tracedTicks(work, () => Promise.resolve(7))).toBe(7);
    await tracedTicks(ORACLE, () => Promise.resolve());
    expect(spans.named('agent.tick').map(({ attributes }) => attributes)).toEqual([
      {
        [ATTRIBUTES.agentKind]: 'REBALANCE',
        [ATTRIBUTES.agentInstance]: 'a',
        [ATTRIBUTES.agentAttemptCount]: 2,
        [ATTRIBUTES.intentId]: 'intent-a',
      },
      {
        [ATTRIBUTES.agentKind]: 'ORACLE',
        [ATTRIBUTES.agentInstance]: 'BTC/USDC',
        [ATTRIBUTES.agentAttemptCount]: 0,
      },
    ]);
  });

  it('is a warning and a marked span when it failed, with the reason of a refusal', async () => {
    const { logger, lines } = collectLogs();
    const observer = createObserver(logger);
    const refusal = new DomainFailure(domainError('UNAVAILABLE', 'VAULT_BUSY', 'a rebalance runs'));
    await tracedTicks(ORACLE, async () => observer.tickFailed(ORACLE, refusal));
    const [span] = spans.named('agent.tick');
    expect(span?.status.message).toBe('a rebalance runs');
    expect(span?.attributes[ATTRIBUTES.errorReason]).toBe('VAULT_BUSY');
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'agent tick failed'],
    ]);
  });

  it('is quiet when another engine took the work, or nothing was wrong', () => {
    const { logger, lines } = collectLogs();
    const observer = createObserver(logger);
    observer.workLost(ORACLE);
    observer.tickEnded(ORACLE, 5);
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
  });
});
