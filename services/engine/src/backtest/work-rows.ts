import {
  addSeconds,
  compare,
  domainError,
  present,
  refuse,
  sorted,
  type Instant,
} from '@trimtab/core';
import { compareDecimals, type Decimal } from '@trimtab/decimal';
import type { AgentKind, TickResult, Work } from '../domain/work.js';

/** A piece of work as it is kept. */
interface Row {
  readonly workId: string;
  readonly kind: AgentKind;
  readonly instanceKey: string;
  readonly intentId: string | undefined;
  dueTime: Instant | undefined;
  leaseToken: bigint;
  /** Absent while nobody holds it. */
  leaseExpireTime: Instant | undefined;
  attemptCount: number;
  wakeBelow: Decimal | undefined;
  wakeAbove: Decimal | undefined;
  /** When it was woken while it was held; absent: it was not. */
  wokenTime: Instant | undefined;
  readonly requests: Set<string>;
}

/** What is asked for with a claim. */
export interface Claim {
  readonly kinds: readonly AgentKind[];
  readonly limit: number;
  readonly leaseSeconds: number;
  readonly now: Instant;
}

/**
 * The work of the engine as the intent service keeps it: by due time, under leases with a rising token,
 * with price bands, and with wakes that are never lost.
 */
export interface WorkRows {
  add(row: Pick<Row, 'workId' | 'kind' | 'instanceKey' | 'intentId'>, due: Instant): void;
  /** Leases what is due, the longest due first. */
  claim(claim: Claim): readonly Work[];
  /** @throws DomainFailure LEASE_LOST unless the token is the current one of the work and still held */
  hold(workId: string, leaseToken: bigint): void;
  /** Whether a token is the current one of any work. */
  isCurrent(leaseToken: bigint): boolean;
  /** Ends a lease as its report says. */
  release(workId: string, result: ReleaseTerms): void;
  /** Makes work due now, or right after it is released. */
  wake(kinds: readonly AgentKind[], now: Instant): void;
  /** Notes that an intent asks the pool, and wakes it. */
  request(intentId: string, now: Instant): void;
  /** Takes requests away that were served. */
  served(intentIds: readonly string[]): void;
  /** Makes due whose band the price has left, and ends these bands. */
  priceMoved(spot: Decimal, now: Instant): void;
  /** Takes every row away: its intent has ended. */
  clear(): void;
  /** When something is due next; absent: never. */
  nextDueTime(): Instant | undefined;
}

/** How work is released. */
export type ReleaseTerms = Pick<TickResult, 'nextDueTime' | 'wakeBelow' | 'wakeAbove'> & {
  readonly failed: boolean;
};

/** Creates the rows, none yet. */
export function createWorkRows(): WorkRows {
  const rows = new Map<string, Row>();
  let token = 0n;
  const inOrder = (): readonly Row[] =>
    sorted(rows.values(), (left, right) => compare(left.workId, right.workId));
  const rowOf = (workId: string): Row =>
    present(rows.get(workId), `${workId} is work of the store`);
  const wake = (kinds: readonly AgentKind[], now: Instant): void => {
    for (const row of rows.values()) if (kinds.includes(row.kind)) wakeRow(row, now);
  };
  return {
    add: (row, due) => {
      rows.set(row.workId, { ...row, ...UNTOUCHED, dueTime: due, requests: new Set() });
    },
    claim: ({ kinds, limit, leaseSeconds, now }) => {
      const due = inOrder().filter(
        (row) => isDue(row, now) && (kinds.length === 0 || kinds.includes(row.kind)),
      );
      const first = sorted(due, byDueTime).slice(0, limit);
      return first.map((row) => {
        token += 1n;
        row.leaseToken = token;
        row.leaseExpireTime = addSeconds(now, leaseSeconds);
        row.attemptCount += 1;
        row.wokenTime = undefined;
        return workOf(row);
      });
    },
    hold: (workId, leaseToken) => {
      const row = rows.get(workId);
      const isHeld = row?.leaseToken === leaseToken && row.leaseExpireTime !== undefined;
      if (!isHeld) leaseLost(workId, leaseToken);
    },
    isCurrent: (leaseToken) =>
      inOrder().some((row) => row.leaseToken === leaseToken && row.leaseExpireTime !== undefined),
    release: (workId, { nextDueTime, wakeBelow, wakeAbove, failed }) => {
      const row = rowOf(workId);
      const isAsked = row.requests.size > 0;
      row.leaseExpireTime = undefined;
      if (!failed) row.attemptCount = 0;
      row.wakeBelow = wakeBelow;
      row.wakeAbove = wakeAbove;
      row.dueTime = isAsked && !failed ? earliest(row.dueTime, nextDueTime) : nextDueTime;
      if (row.wokenTime !== undefined) row.dueTime = earliest(row.wokenTime, nextDueTime);
      row.wokenTime = undefined;
    },
    wake,
    request: (intentId, now) => {
      for (const row of rows.values()) if (row.kind === 'POOL') row.requests.add(intentId);
      wake(['POOL'], now);
    },
    served: (intentIds) => {
      for (const { requests } of rows.values()) for (const id of intentIds) requests.delete(id);
    },
    priceMoved: (spot, now) => {
      for (const row of rows.values()) {
        if (!hasLeftBand(row, spot)) continue;
        row.wakeBelow = undefined;
        row.wakeAbove = undefined;
        wakeRow(row, now);
      }
    },
    clear: () => rows.clear(),
    nextDueTime: () =>
      inOrder().reduce<Instant | undefined>(
        (first, row) => earliest(first, row.leaseExpireTime ?? row.dueTime),
        undefined,
      ),
  };
}

const UNTOUCHED = {
  leaseToken: 0n,
  leaseExpireTime: undefined,
  attemptCount: 0,
  wakeBelow: undefined,
  wakeAbove: undefined,
  wokenTime: undefined,
} as const;

/** Who is woken while it works is due right after: what woke it may have come after its look. */
function wakeRow(row: Row, now: Instant): void {
  if (row.leaseExpireTime !== undefined) row.wokenTime ??= now;
  row.dueTime = earliest(row.dueTime, now);
}

function isDue({ dueTime, leaseExpireTime }: Row, now: Instant): boolean {
  const isFree = leaseExpireTime === undefined || leaseExpireTime <= now;
  return isFree && dueTime !== undefined && dueTime <= now;
}

/** Strictly: on the edge of a band nothing has happened. */
function hasLeftBand({ wakeBelow, wakeAbove }: Row, spot: Decimal): boolean {
  if (wakeBelow !== undefined && compareDecimals(spot, wakeBelow) < 0) return true;
  return wakeAbove !== undefined && compareDecimals(spot, wakeAbove) > 0;
}

function workOf(row: Row): Work {
  const { workId, kind, instanceKey, intentId, leaseToken, requests } = row;
  return {
    workId,
    kind,
    instanceKey,
    intentId,
    dueTime: present(row.dueTime, 'claimed work is due'),
    leaseToken,
    leaseExpireTime: present(row.leaseExpireTime, 'claimed work is leased'),
    attemptCount: row.attemptCount - 1,
    intentIds: sorted(requests, compare),
  };
}

function byDueTime(left: Row, right: Row): number {
  const [leftTime, rightTime] = [left.dueTime ?? 0, right.dueTime ?? 0];
  return compare<number>(leftTime, rightTime) || compare(left.workId, right.workId);
}

function earliest(left: Instant | undefined, right: Instant | undefined): Instant | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return left < right ? left : right;
}

function leaseLost(workId: string, leaseToken: bigint): never {
  const message = `lease ${leaseToken} on ${workId} is not the current one`;
  const metadata = { work_id: workId, lease_token: String(leaseToken) };
  return refuse(domainError('ABORTED', 'LEASE_LOST', message, metadata));
}
