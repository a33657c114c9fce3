import * as wire from '@trimtab/contracts/vault';
import { callerOf, createFields, type CallContext, type Handlers } from '@trimtab/grpc';
import type { Control } from '../../application/control.js';
import type { OrderGenSession, RequestKey } from '../../application/ports.js';
import { vaultNotFound } from '../../application/refusals.js';
import type { SetVaultPolicyCommand } from '../../application/set-vault-policy.js';
import { readPolicy, readSubjects } from './read-vault.js';
import { ID, MAX_AMOUNT, requestKey } from './request.js';
import { toVaultMessage } from './vault-messages.js';

const SERVICE = 'trimtab.vault.v1.VaultService';

type ControlHandlers = Pick<
  Handlers<typeof wire.VaultServiceService>,
  'SetVaultPolicy' | 'UnfreezeVault' | 'CloseVault'
>;

/** Handlers of what owners and admins decide about a vault. */
export function createVaultControlHandlers(control: Control): ControlHandlers {
  return {
    SetVaultPolicy: async (request, context) => {
      const { command, key } = readSetVaultPolicy(request, context);
      const caller = callerOf(context);
      const response = await control.setPolicy(command, key, caller, async (session) => {
        const vault = await vaultOf(session, command.vaultId);
        return wire.SetVaultPolicyResponse.encode({ vault }).finish();
      });
      return wire.SetVaultPolicyResponse.decode(response);
    },
    UnfreezeVault: async (request, context) => {
      const fields = createFields();
      const given = { request, codec: wire.UnfreezeVaultRequest };
      const key = requestKey(fields, context, `${SERVICE}/UnfreezeVault`, given);
      const command = {
        vaultId: fields.text('vault_id', request.vaultId, ID),
        reason: fields.text('reason', request.reason, { maxLength: 4000 }),
      };
      fields.done();
      const caller = callerOf(context);
      const response = await control.unfreeze(command, key, caller, async (session) => {
        const vault = await vaultOf(session, command.vaultId);
        return wire.UnfreezeVaultResponse.encode({ vault }).finish();
      });
      return wire.UnfreezeVaultResponse.decode(response);
    },
    CloseVault: async (request, context) => {
      const fields = createFields();
      const given = { request, codec: wire.CloseVaultRequest };
      const key = requestKey(fields, context, `${SERVICE}/CloseVault`, given);
      const vaultId = fields.text('vault_id', request.vaultId, ID);
      const fence = fields.optional(request.fence, (value) =>
        fields.integer('fence', value, { min: 1, max: Number.MAX_SAFE_INTEGER }),
      );
      fields.done();
      const command = { vaultId, ...(fence !== undefined && { fence }) };
      const response = await control.close(command, key, callerOf(context), async (session) => {
        const vault = await vaultOf(session, vaultId);
        return wire.CloseVaultResponse.encode({ vault }).finish();
      });
      return wire.CloseVaultResponse.decode(response);
    },
  };
}

function readSetVaultPolicy(
  request: wire.SetVaultPolicyRequest,
  context: CallContext,
): { readonly command: SetVaultPolicyCommand; readonly key: RequestKey } {
  const fields = createFields();
  const given = { request, codec: wire.SetVaultPolicyRequest };
  const key = requestKey(fields, context, `${SERVICE}/SetVaultPolicy`, given);
  const vaultId = fields.text('vault_id', request.vaultId, ID);
  const { policy, roles, depositLimit } = request;
  const limit =
    depositLimit === '' || depositLimit === undefined
      ? undefined
      : fields.amount('deposit_limit', depositLimit, { positive: true, max: MAX_AMOUNT });
  const own = fields.at('roles');
  const command: SetVaultPolicyCommand = {
    vaultId,
    ...(policy !== undefined && { policy: readPolicy(fields.at('policy'), policy) }),
    ...(roles !== undefined && {
      roles: {
        managers: readSubjects(own, 'managers', roles.managers),
        approvers: readSubjects(own, 'approvers', roles.approvers),
      },
    }),
    ...(depositLimit !== undefined && { depositLimit: limit ?? 'NONE' }),
  };
  fields.done();
  return { command, key };
}

async function vaultOf(session: OrderGenSession, vaultId: string): Promise<wire.Vault> {
  return toVaultMessage((await session.findVault(vaultId)) ?? vaultNotFound(vaultId));
}
