import * as wire from '@trimtab/contracts/ordergen';
import { ExecType } from '@trimtab/contracts/execution';
import { callerOf, createFields, type CallContext, type Handlers } from '@trimtab/grpc';
import type { Control } from '../../application/control.js';
import type { OrderGenSession, RequestKey } from '../../application/ports.js';
import { rebalanceNotFound } from '../../application/refusals.js';
import type { ResolveActionCommand } from '../../application/resolve-action.js';
import type { FinalExecType } from '../../domain/fold-input.js';
import { failureReasons } from '../enum-words.js';
import { toRebalanceMessage } from './rebalance-messages.js';
import { HASH, ID, MAX_AMOUNT, outgoing, requestKey } from './request.js';

const SERVICE = 'trimtab.ordergen.v1.OrderGenService';

const FINAL_TYPES: Readonly<Record<number, FinalExecType>> = {
  [ExecType.EXEC_TYPE_FILL]: 'FILL',
  [ExecType.EXEC_TYPE_CANCELED]: 'CANCELED',
  [ExecType.EXEC_TYPE_REJECTED]: 'REJECTED',
  [ExecType.EXEC_TYPE_EXPIRED]: 'EXPIRED',
};

type ControlHandlers = Pick<
  Handlers<typeof wire.OrderGenServiceService>,
  'ApproveRebalance' | 'ResolveAction'
>;

/** Handlers of what approvers and admins decide about a rebalance. */
export function createRebalanceControlHandlers(control: Control): ControlHandlers {
  return {
    ApproveRebalance: async (request, context) => {
      const fields = createFields();
      const given = { request, codec: wire.ApproveRebalanceRequest };
      const key = requestKey(fields, context, `${SERVICE}/ApproveRebalance`, given);
      const command = {
        rebalanceId: fields.text('rebalance_id', request.rebalanceId, ID),
        approvedHash: fields.text('approved_hash', request.approvedHash, HASH),
      };
      fields.done();
      const response = await control.approve(command, key, outgoing(context), async (session) => {
        const rebalance = await rebalanceOf(session, command.rebalanceId);
        return wire.ApproveRebalanceResponse.encode({ rebalance }).finish();
      });
      return wire.ApproveRebalanceResponse.decode(response);
    },
    ResolveAction: async (request, context) => {
      const { command, key } = readResolveAction(request, context);
      const caller = callerOf(context);
      const response = await control.resolveAction(command, key, caller, async (session) => {
        const rebalance = await rebalanceOf(session, command.rebalanceId);
        return wire.ResolveActionResponse.encode({ rebalance }).finish();
      });
      return wire.ResolveActionResponse.decode(response);
    },
  };
}

function readResolveAction(
  request: wire.ResolveActionRequest,
  context: CallContext,
): { readonly command: ResolveActionCommand; readonly key: RequestKey } {
  const fields = createFields();
  const given = { request, codec: wire.ResolveActionRequest };
  const key = requestKey(fields, context, `${SERVICE}/ResolveAction`, given);
  const amount = (field: string, text: string): bigint =>
    fields.amount(field, text, { max: MAX_AMOUNT });
  const signed = (field: string, text: string): bigint =>
    fields.amount(field, text, { min: -MAX_AMOUNT, max: MAX_AMOUNT });
  const execType = fields.enumValue('exec_type', request.execType, FINAL_TYPES);
  const isFill = execType === 'FILL';
  const reason = isFill
    ? undefined
    : fields.enumValue('failure_reason', request.failureReason, failureReasons.words);
  if (isFill && request.failureReason !== 0) {
    fields.violation('failure_reason', 'FIELD_INVALID', 'must be absent for FILL');
  }
  const optional = (text: string, read: () => bigint): bigint => (text === '' ? 0n : read());
  const command: ResolveActionCommand = {
    rebalanceId: fields.text('rebalance_id', request.rebalanceId, ID),
    index: fields.integer('index', request.index, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    execType,
    executed: {
      quantity: amount('cumulative_quantity', request.cumulativeQuantity),
      underlying: signed('cumulative_underlying', request.cumulativeUnderlying),
      collateral: optional(request.cumulativeCollateral, () =>
        signed('cumulative_collateral', request.cumulativeCollateral),
      ),
      fee: optional(request.cumulativeFee, () => amount('cumulative_fee', request.cumulativeFee)),
    },
    ...(reason !== undefined && { reason }),
    venueReference: fields.text('venue_reference', request.venueReference, { maxLength: 200 }),
    evidence: fields.text('evidence', request.evidence, { maxLength: 4000 }),
  };
  fields.done();
  return { command, key };
}

async function rebalanceOf(session: OrderGenSession, rebalanceId: string): Promise<wire.Rebalance> {
  const view = (await session.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
  return toRebalanceMessage(view);
}
