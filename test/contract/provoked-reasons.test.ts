import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { REASONS, type Reason } from '@trimtab/contracts/reasons';
import { isTest, sourceFiles } from '../tidy/source-files.js';

/**
 * Where each reason is provoked over the wire: a test of test/integration or test/e2e in which a
 * service that is built as in production answers it. A new reason does not compile without a line.
 */
const PROVOKED: Readonly<Record<Exclude<Reason, Unanswered>, string>> = {
  FIELD_REQUIRED: 'solver.test.ts',
  FIELD_INVALID: 'oracle-refusals.test.ts',
  FIELD_IMMUTABLE: 'oracle-refusals.test.ts',
  DECIMAL_NOT_CANONICAL: 'solver.test.ts',
  AMOUNT_OUT_OF_RANGE: 'solver-reasons.test.ts',
  FLOOR_OUT_OF_RANGE: 'ordergen-terms.test.ts',
  WEIGHT_OUT_OF_RANGE: 'solver.test.ts',
  WEIGHT_SUM_TOO_LARGE: 'solver.test.ts',
  KAPPA_OUT_OF_RANGE: 'solver.test.ts',
  APPROVER_MISSING: 'ordergen-approvals.test.ts',
  STRATEGY_CAP_EXCEEDED: 'solver-reasons.test.ts',
  RESERVE_NOT_KEPT: 'solver.test.ts',
  DUPLICATE_ID: 'solver.test.ts',
  BATCH_TOO_LARGE: 'oracle-refusals.test.ts',
  ACTION_ORDER_INVALID: 'ordergen-terms.test.ts',
  OBSERVATION_IN_FUTURE: 'oracle-refusals.test.ts',
  INTENT_INVALID: 'intent-create.test.ts',
  NOTIFICATION_TARGET_NOT_ALLOWED: 'intent-notifications.test.ts',
  PAGE_TOKEN_INVALID: 'intent-read.test.ts',
  REQUEST_ID_REUSED: 'intent-create.test.ts',
  MESSAGE_MALFORMED: 'grpc-errors.test.ts',
  ASSET_NOT_HEALTHY: 'oracle-snapshots.test.ts',
  PRICE_MISSING: 'solver.test.ts',
  PRICE_STALE: 'ordergen-refusals.test.ts',
  SNAPSHOT_STALE: 'ordergen-refusals.test.ts',
  SNAPSHOT_HASH_MISMATCH: 'ordergen-refusals.test.ts',
  NAV_NOT_POSITIVE: 'solver.test.ts',
  PLAN_HASH_MISMATCH: 'ordergen-reasons.test.ts',
  BUNDLE_HASH_MISMATCH: 'ordergen-reasons.test.ts',
  PLAN_VAULT_MISMATCH: 'ordergen-refusals.test.ts',
  PLAN_NO_OP: 'ordergen-refusals.test.ts',
  INTENT_NOT_ACTIVE: 'intent-runs.test.ts',
  INTENT_NOT_ACTIVATED: 'intent-rebalance.test.ts',
  INTENT_TERMINAL: 'intent-rebalance.test.ts',
  INTENT_STATE_INVALID: 'intent-lifecycle.test.ts',
  LEASE_LOST: 'intent-lifecycle.test.ts',
  VAULT_NOT_OPEN: 'ordergen-refusals.test.ts',
  VAULT_CLOSED: 'ordergen-control.test.ts',
  VAULT_BUSY: 'ordergen-vaults.test.ts',
  VAULT_IN_USE: 'intent-create.test.ts',
  VAULT_NOT_EMPTY: 'ordergen-control.test.ts',
  SERIES_MATURED: 'ordergen-series.test.ts',
  SERIES_NOT_MATURED: 'ordergen-series.test.ts',
  VAULT_IN_DEFICIT: 'execution-money.test.ts',
  VAULT_FROZEN: 'ordergen-control.test.ts',
  VAULT_NOT_FROZEN: 'ordergen-control.test.ts',
  VAULT_MODE_TRANSITION_INVALID: 'ordergen-control.test.ts',
  DEPOSIT_LIMIT_EXCEEDED: 'ordergen-vaults.test.ts',
  INSUFFICIENT_BALANCE: 'ordergen-vaults.test.ts',
  REBALANCE_IN_PROGRESS: 'ordergen-refusals.test.ts',
  REBALANCE_STATE_INVALID: 'ordergen-races.test.ts',
  APPROVAL_EXPIRED: 'ordergen-approvals.test.ts',
  ACTION_NOT_STUCK: 'ordergen-control.test.ts',
  SEQUENCE_OUT_OF_RANGE: 'ordergen-races.test.ts',
  ETAG_MISMATCH: 'solver-registry.test.ts',
  VAULT_CHANGED: 'ordergen-refusals.test.ts',
  FENCE_STALE: 'ordergen-refusals.test.ts',
  ASSET_NOT_FOUND: 'oracle-refusals.test.ts',
  SNAPSHOT_NOT_FOUND: 'oracle-snapshots.test.ts',
  STRATEGY_NOT_FOUND: 'solver.test.ts',
  POLICY_NOT_FOUND: 'solver.test.ts',
  MANAGER_NOT_FOUND: 'solver.test.ts',
  PLAN_NOT_FOUND: 'solver.test.ts',
  VAULT_NOT_FOUND: 'ordergen-control.test.ts',
  REBALANCE_NOT_FOUND: 'ordergen-explain.test.ts',
  ACTION_NOT_FOUND: 'ordergen-control.test.ts',
  INTENT_NOT_FOUND: 'intent-read.test.ts',
  ASSET_EXISTS: 'oracle-refusals.test.ts',
  STRATEGY_ASSET_TAKEN: 'solver-registry.test.ts',
  UNAUTHENTICATED: 'intent-read.test.ts',
  PERMISSION_DENIED: 'oracle-refusals.test.ts',
  PUBLISHER_NOT_ALLOWED: 'oracle-refusals.test.ts',
  ACTION_NOT_ALLOWED: 'ordergen-policy.test.ts',
  APPROVER_NOT_DISTINCT: 'ordergen-approvals.test.ts',
  MESSAGE_TOO_LARGE: 'grpc-errors.test.ts',
  DEPENDENCY_UNAVAILABLE: 'solver.test.ts',
  DEADLINE_EXCEEDED: 'grpc-deadlines.test.ts',
  METHOD_UNIMPLEMENTED: 'grpc-errors.test.ts',
  INVARIANT_VIOLATED: 'grpc-errors.test.ts',
  INTERNAL: 'grpc-errors.test.ts',
};

/** What no served method answers in this version, and why. */
const UNANSWERED = {
  RESULT_OUT_OF_ORDER: 'reports, not calls, are refused with it',
  RESULT_OUT_OF_RANGE: 'reports, not calls, are refused with it',
  CORRECTION_INVALID: 'reports, not calls, are refused with it',
} as const satisfies Partial<Record<Reason, string>>;

type Unanswered = keyof typeof UNANSWERED;

/** The words of every string of a file: what a comment says provokes nothing. */
function wordsOfStrings(path: string, text: string): ReadonlySet<string> {
  const words = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      for (const word of node.text.match(/\w+/g) ?? []) words.add(word);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return words;
}

const FILES = sourceFiles();

describe('every reason of the list', () => {
  const tests = new Map(
    FILES.filter((file) => isTest(file) && /^test\/(integration|e2e)\//.test(file.path)).map(
      ({ path, text }) => [path.slice(path.lastIndexOf('/') + 1), { path, text }] as const,
    ),
  );

  it('is provoked by a test, or no method answers it yet', () => {
    expect([...Object.keys(PROVOKED), ...Object.keys(UNANSWERED)].sort()).toEqual(
      [...REASONS.keys()].sort(),
    );
  });

  it.each(Object.entries(PROVOKED))('%s is expected by %s', (reason, name) => {
    const file = tests.get(name);
    const words = file === undefined ? undefined : wordsOfStrings(file.path, file.text);
    expect(words?.has(reason), `${name} names ${reason}`).toBe(true);
    expect(file?.text).toContain('expect(');
  });

  it.each(Object.keys(UNANSWERED))('%s is answered by no adapter and no use case', (reason) => {
    const answering = FILES.filter(
      (file) =>
        !isTest(file) &&
        /^services\/(intent|oracle|solver|ordergen)\/src\/(application|adapters\/grpc)\//.test(
          file.path,
        ) &&
        wordsOfStrings(file.path, file.text).has(reason),
    );
    expect(answering.map(({ path }) => path)).toEqual([]);
  });
});
