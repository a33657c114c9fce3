import { partitionOf } from '@trimtab/canonical';

/** What a hint on the events stream is about. */
export type EventKind = 'intent' | 'price' | 'plan' | 'rebalance';

/** Subjects of the execution rules; vault subjects carry the vault's partition. */
export const subjects = {
  /** An order for the executor. */
  dispatch: (vaultId: string): string => vaultSubject('trimtab.orders.v1.dispatch', vaultId),
  /** A report of the executor. */
  result: (vaultId: string): string => vaultSubject('trimtab.executions.v1.result', vaultId),
  /** A report that carries a failure reason. */
  failure: (vaultId: string): string => vaultSubject('trimtab.executions.v1.failure', vaultId),
  /** A hint that something changed. */
  event: (kind: EventKind, id: string): string => `trimtab.events.v1.${kind}.${subjectToken(id)}`,
  /** Where a message goes that nobody could handle. */
  deadLetter: (subject: string): string => `trimtab.deadletter.v1.${subject}`,
} as const;

const PLAIN_TOKEN = /^[A-Za-z0-9_-]+$/;

/** An id as one subject token: itself, or base64url when it has dots or other special characters. */
export function subjectToken(id: string): string {
  return PLAIN_TOKEN.test(id) ? id : Buffer.from(id, 'utf8').toString('base64url');
}

/** `keyOf` of consumers of vault subjects: the vault's token, so that one vault goes in order. */
export function vaultKey(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** The part of a subject without partition and id, for span names: `trimtab.orders.v1.dispatch`. */
export function subjectKind(subject: string): string {
  return subject.split('.').slice(0, 4).join('.');
}

/** Whether a message is a dead letter: it is never buried again. */
export function isDeadLetter(subject: string): boolean {
  return subject.startsWith('trimtab.deadletter.');
}

/** Whether a subject falls under a pattern with `*` (one token) and a final `>` (one or more). */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const found = subject.split('.');
  for (const [index, token] of wanted.entries()) {
    if (token === '>') return found.length > index;
    if (index >= found.length) return false;
    if (token !== '*' && token !== found[index]) return false;
  }
  return wanted.length === found.length;
}

/** Whether a subject exists that falls under both patterns. */
export function subjectsOverlap(left: string, right: string): boolean {
  const a = left.split('.');
  const b = right.split('.');
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [x, y] = [a[index], b[index]];
    if (x === undefined || y === undefined) return false;
    if (x === '>' || y === '>') return true;
    if (x !== '*' && y !== '*' && x !== y) return false;
  }
  return true;
}

function vaultSubject(kind: string, vaultId: string): string {
  return `${kind}.${partitionOf(vaultId)}.${subjectToken(vaultId)}`;
}
