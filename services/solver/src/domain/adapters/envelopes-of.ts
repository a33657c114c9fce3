import type { InstructionEnvelope } from '../strategy.js';
import type { StepOperation } from './adapter.js';

/** How the label of an instruction names the one operation that it belongs to. */
export const OPERATION_LABELS: Readonly<Record<StepOperation, string>> = {
  DEPOSIT: 'deposit',
  WITHDRAW: 'withdraw',
  REQUEST_WITHDRAW: 'request_withdraw',
  FINALIZE_WITHDRAW: 'finalize_withdraw',
  HOLD: 'hold',
};

const LABELS: ReadonlySet<string> = new Set(Object.values(OPERATION_LABELS));

/**
 * The instructions of one operation, in their order. A label that is the name of an operation, alone
 * or before a colon (`withdraw: release margin`), keeps an instruction to that operation, so that a
 * withdrawal never sends what deposits; any other label belongs to every step that moves money.
 */
export function envelopesOf(
  operation: StepOperation,
  envelopes: readonly InstructionEnvelope[],
): readonly InstructionEnvelope[] {
  return envelopes.filter(({ label }) => {
    const name = operationLabel(label);
    if (name === undefined) return operation !== 'HOLD';
    return name === OPERATION_LABELS[operation];
  });
}

/** The operation that a label names, as it is written there. */
function operationLabel(label: string): string | undefined {
  const colon = label.indexOf(':');
  const name = colon < 0 ? label : label.slice(0, colon);
  return LABELS.has(name) ? name : undefined;
}
