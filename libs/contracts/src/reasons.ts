/**
 * The closed list of error reasons: what ErrorInfo.reason of a refused call can be. `proto/README.md`
 * shows the same list to callers; a test keeps the two and the comments of the protos equal.
 */

/** Reasons that are answered with one gRPC code. */
export interface ReasonGroup {
  /** The gRPC code, by name. */
  readonly code: string;
  /** Whether and when calling again can help. */
  readonly retry: string;
  /** What each reason says. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Every reason under its gRPC code, with its meaning. */
export const REASON_GROUPS = [
  {
    code: 'INVALID_ARGUMENT',
    retry: 'never with the same request',
    reasons: {
      FIELD_REQUIRED: 'a required field is absent',
      FIELD_INVALID: 'a field breaks a rule that has no reason of its own',
      FIELD_IMMUTABLE: 'the field cannot be changed after creation',
      DECIMAL_NOT_CANONICAL: 'a decimal or an integer amount is not in its canonical form',
      AMOUNT_OUT_OF_RANGE: 'an amount is negative, or above what is held',
      FLOOR_OUT_OF_RANGE: 'the floor of the underlying is negative',
      WEIGHT_OUT_OF_RANGE: 'a weight or a cap is outside its bounds in bps',
      WEIGHT_SUM_TOO_LARGE: 'weights sum to more than 10 000 bps',
      KAPPA_OUT_OF_RANGE: 'the collateral ratio of a long is not 1, or of a short not above 1',
      APPROVER_MISSING: 'four eyes are asked for and nobody could approve what another asks for',
      STRATEGY_CAP_EXCEEDED: 'an explicit weight is above the policy’s cap of each strategy',
      RESERVE_NOT_KEPT: 'explicit weights leave less than the policy’s reserve',
      DUPLICATE_ID: 'a list names the same thing twice',
      BATCH_TOO_LARGE: 'a batch has more elements than its method takes',
      ACTION_ORDER_INVALID:
        'an explicit order misses or repeats an action, or puts a buy before a sell',
      OBSERVATION_IN_FUTURE: 'an observation is more than 5 s in the future',
      INTENT_INVALID: 'an intent breaks rules of its validation; every violation is attached',
      NOTIFICATION_TARGET_NOT_ALLOWED: 'a notification target is no URL of a public address',
      PAGE_TOKEN_INVALID: 'the page token is not of this list and filter',
      REQUEST_ID_REUSED: 'the request id was used with another body',
      MESSAGE_MALFORMED: 'a message of the bus cannot be decoded',
    },
  },
  {
    code: 'FAILED_PRECONDITION',
    retry: 'when the state that the reason names has changed',
    reasons: {
      ASSET_NOT_HEALTHY: 'an asset is STALE, NO_QUORUM or HALTED; each is named',
      PRICE_MISSING: 'a position or target has no price in the snapshot',
      PRICE_STALE: 'a price is outside the limits of its snapshot',
      SNAPSHOT_STALE: 'the snapshot is older than the vault’s policy allows',
      SNAPSHOT_HASH_MISMATCH: 'the snapshot is not the plan’s, or its content has another hash',
      NAV_NOT_POSITIVE: 'the net asset value is 0 or less',
      PLAN_HASH_MISMATCH: 'the plan’s content has another hash, or another plan was approved',
      BUNDLE_HASH_MISMATCH: 'the plan’s steps have another hash',
      PLAN_VAULT_MISMATCH: 'the plan is for another vault or another version of it',
      PLAN_NO_OP: 'the plan changes too little to be executed',
      INTENT_NOT_ACTIVE: 'the intent is not ACTIVE',
      INTENT_NOT_ACTIVATED: 'the activation of the intent has not ended',
      INTENT_STATE_INVALID: 'the intent cannot go from its state to the one asked for',
      INTENT_TERMINAL: 'the intent has ended and cannot be modified',
      VAULT_NOT_OPEN: 'the mode of the vault forbids it',
      VAULT_CLOSED: 'the vault is closed',
      VAULT_BUSY: 'a rebalance of the vault runs',
      VAULT_IN_USE: 'another live intent has the vault',
      VAULT_NOT_EMPTY: 'the vault still holds something',
      VAULT_IN_DEFICIT: 'the vault’s cash is below 0',
      VAULT_FROZEN: 'an audit or an invariant froze the vault',
      VAULT_NOT_FROZEN: 'the vault is not frozen',
      VAULT_MODE_TRANSITION_INVALID: 'the vault cannot go from its mode to the one asked for',
      DEPOSIT_LIMIT_EXCEEDED: 'deposits would exceed the vault’s limit',
      INSUFFICIENT_BALANCE: 'the vault holds less than is asked for',
      SERIES_MATURED: 'the option series has matured',
      SERIES_NOT_MATURED:
        'the option series has not matured, or its settlement delay has not passed',
      REBALANCE_IN_PROGRESS: 'another rebalance of the vault runs',
      REBALANCE_STATE_INVALID: 'the state of the rebalance forbids it',
      APPROVAL_EXPIRED: 'the time to approve has passed',
      ACTION_NOT_STUCK: 'the action is not stuck, so nobody may settle it by hand',
      RESULT_OUT_OF_ORDER: 'a result is not for the next index',
      CORRECTION_INVALID: 'a correction is for an action that has not settled',
    },
  },
  {
    code: 'OUT_OF_RANGE',
    retry: 'never with the same request',
    reasons: {
      SEQUENCE_OUT_OF_RANGE: 'the stream cannot resume from this sequence; metadata has the bounds',
      RESULT_OUT_OF_RANGE: 'a result is beyond the bounds of its action',
    },
  },
  {
    code: 'ABORTED',
    retry: 'after reading the latest state',
    reasons: {
      ETAG_MISMATCH: 'somebody else changed it since the etag was read',
      VAULT_CHANGED: 'the vault has another version',
      FENCE_STALE: 'the mode of the vault changed since the fence was read',
      LEASE_LOST: 'another engine holds a later lease',
    },
  },
  {
    code: 'NOT_FOUND',
    retry: 'when it exists',
    reasons: {
      ASSET_NOT_FOUND: 'there is no such asset',
      SNAPSHOT_NOT_FOUND: 'there is no such snapshot, or it is no longer kept',
      STRATEGY_NOT_FOUND: 'there is no such strategy',
      POLICY_NOT_FOUND: 'there is no such policy or version of it',
      MANAGER_NOT_FOUND: 'there is no such manager',
      PLAN_NOT_FOUND: 'there is no such plan',
      VAULT_NOT_FOUND: 'there is no such vault',
      REBALANCE_NOT_FOUND: 'there is no such rebalance',
      ACTION_NOT_FOUND: 'the rebalance has no such index',
      INTENT_NOT_FOUND: 'there is no such intent',
    },
  },
  {
    code: 'ALREADY_EXISTS',
    retry: 'never',
    reasons: {
      ASSET_EXISTS: 'the asset is registered',
      STRATEGY_ASSET_TAKEN: 'another strategy has this share',
    },
  },
  {
    code: 'UNAUTHENTICATED',
    retry: 'with a valid token',
    reasons: {
      UNAUTHENTICATED: 'the token is absent, expired or not accepted',
    },
  },
  {
    code: 'PERMISSION_DENIED',
    retry: 'never as the same subject',
    reasons: {
      PERMISSION_DENIED: 'the subject or its scopes do not allow the call',
      PUBLISHER_NOT_ALLOWED: 'the publisher may not price the asset',
      ACTION_NOT_ALLOWED: 'the vault’s policy forbids an action; it is named',
      APPROVER_NOT_DISTINCT: 'who asked for a rebalance cannot approve it',
    },
  },
  {
    code: 'RESOURCE_EXHAUSTED',
    retry: 'with a smaller request',
    reasons: {
      MESSAGE_TOO_LARGE: 'the message is larger than its method takes',
    },
  },
  {
    code: 'UNAVAILABLE',
    retry: 'with backoff, after RetryInfo if there is one, with the same request id',
    reasons: {
      DEPENDENCY_UNAVAILABLE: 'a service, the database or the bus is down; it is named',
    },
  },
  {
    code: 'DEADLINE_EXCEEDED',
    retry: 'with a later deadline and the same request id',
    reasons: {
      DEADLINE_EXCEEDED: 'the deadline passed before the answer',
    },
  },
  {
    code: 'UNIMPLEMENTED',
    retry: 'never',
    reasons: {
      METHOD_UNIMPLEMENTED: 'the method is defined and not served by this version; it is named',
    },
  },
  {
    code: 'INTERNAL',
    retry: 'never; it is our bug',
    reasons: {
      INVARIANT_VIOLATED: 'a rule of the system itself was broken; nothing was stored',
      INTERNAL: 'something unforeseen went wrong',
    },
  },
] as const satisfies readonly ReasonGroup[];

/** A reason of the closed list. */
export type Reason = KeysOfUnion<(typeof REASON_GROUPS)[number]['reasons']>;

/** The keys of each member of a union. */
type KeysOfUnion<T> = T extends unknown ? keyof T : never;

/** What a caller may know of a reason. */
export interface ReasonFacts {
  /** The gRPC code, by name. */
  readonly code: string;
  /** One line without a full stop. */
  readonly meaning: string;
  /** Whether and when calling again can help. */
  readonly retry: string;
}

/** Every reason by name, in the order of the list. */
export const REASONS: ReadonlyMap<string, ReasonFacts> = new Map(
  REASON_GROUPS.flatMap(({ code, retry, reasons }) =>
    Object.entries(reasons).map(([reason, meaning]) => [reason, { code, meaning, retry }] as const),
  ),
);

/** Whether a text is a reason of the closed list. */
export function isReason(text: string): text is Reason {
  return REASONS.has(text);
}
