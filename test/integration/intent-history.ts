/** An intent as far as the simple model knows it. */
export interface ModelIntent {
  readonly state: 'ACTIVE' | 'PAUSED' | 'CANCELLED';
  readonly etag: string;
  readonly maturityDays: number;
}

/** What is done to an intent; an empty etag means whatever it is. */
export type Operation =
  | { readonly kind: 'PAUSE' | 'RESUME' | 'CANCEL'; readonly etag: string }
  | { readonly kind: 'UPDATE'; readonly etag: string; readonly maturityDays: number }
  | { readonly kind: 'READ' }
  | { readonly kind: 'REBALANCE' };

/** What a caller saw of an operation. */
export type Outcome =
  | { readonly kind: 'INTENT'; readonly intent: ModelIntent }
  | { readonly kind: 'RUN'; readonly outcome: string; readonly reason: string }
  | { readonly kind: 'REFUSED'; readonly reason: string }
  /** The answer was lost: it may have happened, may happen later, or never. */
  | { readonly kind: 'LOST' };

/** One operation of a concurrent history; `start` and `end` are places in one order. */
export interface Event {
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly start: number;
  readonly end: number;
  /** Whether another rebalance of the intent may have been under way. */
  readonly isContended: boolean;
}

const VERBS = {
  PAUSE: { from: ['ACTIVE'], to: 'PAUSED' },
  RESUME: { from: ['PAUSED'], to: 'ACTIVE' },
  CANCEL: { from: ['ACTIVE', 'PAUSED'], to: 'CANCELLED' },
} as const;

/**
 * The simple model: the intent after an operation that had this outcome, or nothing when the outcome is
 * not one that the operation can have.
 */
export function after(
  intent: ModelIntent,
  operation: Operation,
  outcome: Outcome,
  isContended = false,
): ModelIntent | undefined {
  switch (operation.kind) {
    case 'READ':
      return answers(outcome, intent) ? intent : undefined;
    case 'REBALANCE':
      return isRun(intent, outcome, isContended) ? intent : undefined;
    case 'UPDATE':
      return afterUpdate(intent, operation, outcome);
    default:
      return afterVerb(intent, operation, outcome);
  }
}

function afterVerb(
  intent: ModelIntent,
  { kind, etag }: Extract<Operation, { readonly kind: keyof typeof VERBS }>,
  outcome: Outcome,
): ModelIntent | undefined {
  const { from, to } = VERBS[kind];
  const refused = (reason: string) => (isRefused(outcome, reason) ? intent : undefined);
  if (intent.state === 'CANCELLED') return refused('INTENT_TERMINAL');
  if (!from.some((state) => state === intent.state)) return refused('INTENT_STATE_INVALID');
  if (etag !== '' && etag !== intent.etag) return refused('ETAG_MISMATCH');
  const next: ModelIntent = { ...intent, state: to };
  return outcome.kind === 'LOST' || answers(outcome, next) ? next : undefined;
}

function afterUpdate(
  intent: ModelIntent,
  { etag, maturityDays }: Extract<Operation, { readonly kind: 'UPDATE' }>,
  outcome: Outcome,
): ModelIntent | undefined {
  if (intent.state === 'CANCELLED')
    return isRefused(outcome, 'INTENT_TERMINAL') ? intent : undefined;
  if (etag !== intent.etag) return isRefused(outcome, 'ETAG_MISMATCH') ? intent : undefined;
  if (outcome.kind !== 'INTENT') return undefined;
  // The etag is a hash, the model takes it as it is: another one exactly for another content.
  const next = { ...intent, maturityDays, etag: outcome.intent.etag };
  const isNews = maturityDays !== intent.maturityDays;
  return answers(outcome, next) && isNews === (next.etag !== intent.etag) ? next : undefined;
}

function isRun(intent: ModelIntent, outcome: Outcome, isContended: boolean): boolean {
  if (intent.state === 'CANCELLED') return isRefused(outcome, 'INTENT_TERMINAL');
  if (intent.state === 'PAUSED') return isRefused(outcome, 'INTENT_NOT_ACTIVE');
  if (outcome.kind !== 'RUN') return false;
  if (outcome.outcome === 'REBALANCE') return true;
  // The vault was closed to it on the way by a change that overlaps, or another run was under way.
  return isContended && /^(VAULT_NOT_OPEN|REBALANCE_IN_PROGRESS)$/.test(outcome.reason);
}

function isRefused(outcome: Outcome, reason: string): boolean {
  return outcome.kind === 'REFUSED' && outcome.reason === reason;
}

function answers(outcome: Outcome, intent: ModelIntent): boolean {
  if (outcome.kind !== 'INTENT') return false;
  const { state, etag, maturityDays } = outcome.intent;
  return state === intent.state && etag === intent.etag && maturityDays === intent.maturityDays;
}

/**
 * Whether one order of the operations explains a history: each takes effect between its start and its
 * end, and the model, one operation after the other, answers what was answered. An operation whose
 * answer was lost takes effect at any time after its start, or never.
 */
export function isLinearizable(initial: ModelIntent, events: readonly Event[]): boolean {
  const seen = new Set<string>();
  const search = (intent: ModelIntent, left: readonly number[]): boolean => {
    const open = left.filter((place) => events[place]?.outcome.kind !== 'LOST');
    if (open.length === 0) return true;
    const key = `${left.join()} ${JSON.stringify(intent)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    const firstEnd = Math.min(...open.map((place) => events[place]?.end ?? Infinity));
    return left.some((place) => {
      const event = events[place];
      if (event === undefined || event.start > firstEnd) return false;
      const { operation, outcome, isContended } = event;
      const next = after(intent, operation, outcome, isContended);
      return (
        next !== undefined &&
        search(
          next,
          left.filter((other) => other !== place),
        )
      );
    });
  };
  return search(initial, [...events.keys()]);
}
