import { addSeconds, type Clock } from '@trimtab/core';
import type { AgentKind } from '@trimtab/strategy';
import type { ClaimedWork, DueWorkStore } from './engine-ports.js';

/** What an engine asks for. */
export interface ClaimDueWorkCommand {
  readonly engineId: string;
  readonly agentKinds: readonly AgentKind[];
  readonly limit: number;
  readonly leaseSeconds: number;
}

/**
 * Takes work that is due under a lease (intent rules, agents). Its token is higher than every earlier
 * one, and every write of the engine carries it: who held the work before is refused from now on.
 */
export type ClaimDueWork = (command: ClaimDueWorkCommand) => Promise<readonly ClaimedWork[]>;

/** Creates the use case. */
export function createClaimDueWork(clock: Clock, work: DueWorkStore): ClaimDueWork {
  return ({ leaseSeconds, ...request }) => {
    const now = clock.now();
    return work.claim({ ...request, now, leaseExpireTime: addSeconds(now, leaseSeconds) });
  };
}
