import type * as wire from '@trimtab/contracts/vault';
import { compare, sorted } from '@trimtab/core';
import { createFields, type CallContext, callerOf, type FieldReader } from '@trimtab/grpc';
import type { CreateVaultCommand } from '../../application/create-vault.js';
import type { MoveFundsCommand } from '../../application/move-funds.js';
import type { RequestKey } from '../../application/ports.js';
import type { SetVaultModeCommand } from '../../application/stop-rebalance.js';
import type { VaultPolicy } from '../../domain/vault.js';
import { collateralActions, strategicActions, vaultModes, type EnumWords } from '../enum-words.js';
import { ASSET_ID, ID, MAX_AMOUNT, requestKey, SUBJECT, type RequestCodec } from './request.js';

/** What a request asks for, and the key that it is known by. */
export interface Keyed<Command> {
  readonly command: Command;
  readonly key: RequestKey;
}

const MAX_SUBJECTS = 100;
const MAX_SECONDS = 86_400;

/** Reads a new vault. @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readCreateVault(
  request: wire.CreateVaultRequest,
  context: CallContext,
  given: { readonly method: string; readonly codec: RequestCodec<wire.CreateVaultRequest> },
): Keyed<CreateVaultCommand> {
  const top = createFields();
  const key = requestKey(top, context, given.method, { request, codec: given.codec });
  const fields = top.at('vault');
  const { vault } = request;
  refuseOutputOnly(fields, vault);
  const depositLimit = fields.optional(vault?.depositLimit, (text) =>
    fields.amount('deposit_limit', text, { positive: true, max: MAX_AMOUNT }),
  );
  const denomination = fields.optional(vault?.denomination, (text) =>
    fields.text('denomination', text, ASSET_ID),
  );
  const command = {
    owner: callerOf(context).subject,
    managers: readSubjects(fields, 'managers', vault?.managers ?? []),
    approvers: readSubjects(fields, 'approvers', vault?.approvers ?? []),
    policy: readPolicy(fields.at('policy'), vault?.policy),
    ...(depositLimit !== undefined && { depositLimit }),
    ...(denomination !== undefined && { denomination }),
  };
  top.done();
  return { command, key };
}

function refuseOutputOnly(fields: FieldReader, vault: wire.Vault | undefined): void {
  if (vault === undefined) return;
  const given: readonly (readonly [string, boolean])[] = [
    ['vault_id', vault.vaultId !== ''],
    ['owner', vault.owner !== ''],
    ['mode', vault.mode !== 0],
    ['cash', vault.cash !== ''],
    ['positions', vault.positions.length > 0],
  ];
  for (const [field, isGiven] of given) {
    if (isGiven) fields.violation(field, 'FIELD_INVALID', 'is output only, must be absent');
  }
}

/** Reads subjects without duplicates. */
export function readSubjects(
  fields: FieldReader,
  field: string,
  subjects: readonly string[],
): readonly string[] {
  const rules = { max: MAX_SUBJECTS, unique: (subject: string) => subject };
  return fields.list(field, subjects, rules, (subject, item) => item.text('', subject, SUBJECT));
}

/** Reads a policy; an empty list of actions allows everything. */
export function readPolicy(
  fields: FieldReader,
  policy: wire.VaultPolicy | undefined,
): Partial<VaultPolicy> {
  if (policy === undefined) return {};
  const { slippageLimitBps, snapshotMaxAgeSeconds, approvalTtlSeconds } = policy;
  const seconds = { min: 1, max: MAX_SECONDS };
  return {
    allowedActions: readWords(fields, 'allowed_actions', policy.allowedActions, strategicActions),
    allowedCollateralActions: readWords(
      fields,
      'allowed_collateral_actions',
      policy.allowedCollateralActions,
      collateralActions,
    ),
    fourEyes: policy.fourEyes,
    ...(slippageLimitBps !== undefined && {
      slippageLimitBps: fields.bps('slippage_limit_bps', slippageLimitBps),
    }),
    ...(snapshotMaxAgeSeconds !== undefined && {
      snapshotMaxAgeSeconds: fields.integer(
        'snapshot_max_age_seconds',
        snapshotMaxAgeSeconds,
        seconds,
      ),
    }),
    ...(approvalTtlSeconds !== undefined && {
      approvalTtlSeconds: fields.integer('approval_ttl_seconds', approvalTtlSeconds, seconds),
    }),
  };
}

/** Words of an enum, each at most once, in the order of the enum. */
function readWords<Word extends string, Value extends number>(
  fields: FieldReader,
  field: string,
  values: readonly Value[],
  enumeration: EnumWords<Word, Value>,
): readonly Word[] {
  const rules = { max: 10, unique: String };
  const words = fields.list(field, values, rules, (value, item) =>
    item.enumValue('', value, enumeration.words),
  );
  return sorted(words, (left, right) =>
    compare(enumeration.toWire(left), enumeration.toWire(right)),
  );
}

/** Reads a deposit or a withdrawal. @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readMoveFunds<Request extends wire.DepositRequest | wire.WithdrawRequest>(
  request: Request,
  context: CallContext,
  given: { readonly method: string; readonly codec: RequestCodec<Request> },
): Keyed<MoveFundsCommand> {
  const fields = createFields();
  const key = requestKey(fields, context, given.method, { request, codec: given.codec });
  const command = {
    vaultId: fields.text('vault_id', request.vaultId, ID),
    assetId: fields.text('asset_id', request.assetId, ASSET_ID),
    amount: fields.amount('amount', request.amount, { positive: true, max: MAX_AMOUNT }),
  };
  fields.done();
  return { command, key };
}

/** Reads a change of mode. @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readSetVaultMode(
  request: wire.SetVaultModeRequest,
  context: CallContext,
  given: { readonly method: string; readonly codec: RequestCodec<wire.SetVaultModeRequest> },
): Keyed<SetVaultModeCommand> {
  const fields = createFields();
  const key = requestKey(fields, context, given.method, { request, codec: given.codec });
  const mode = fields.enumValue('mode', request.mode, vaultModes.words);
  if (mode === 'CLOSED') {
    fields.violation('mode', 'FIELD_INVALID', 'was CLOSED, which CloseVault sets');
  }
  const reason = fields.optional(request.reason, (text) =>
    fields.text('reason', text, { maxLength: 500 }),
  );
  const fence = fields.optional(request.fence, (value) =>
    fields.integer('fence', value, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  );
  const command = {
    vaultId: fields.text('vault_id', request.vaultId, ID),
    mode,
    ...(fence !== undefined && { fence }),
    reason: reason ?? '',
  };
  fields.done();
  return { command, key };
}
