import { assertNever } from '@trimtab/core';
import type { Change } from './change.js';

/** Says a change in one sentence. */
export function changeText(change: Change | undefined): string {
  if (change === undefined) return 'no single change of a flag, a score or a cap would admit it';
  const { kind, name = '', from, to } = change;
  switch (kind) {
    case 'SNAPSHOT':
      return `a snapshot of ${name} without costs, risk or delay and a gross yield of ${to} bps`;
    case 'ALLOWED':
      return `allow ${name}`;
    case 'ACTIVE':
      return `make ${name} ACTIVE`;
    case 'ORACLE_HEALTHY':
      return `a healthy oracle of ${name}`;
    case 'PROTOCOL_HEALTHY':
      return `a healthy protocol of ${name}`;
    case 'GROSS_APY':
      return `a gross yield of ${name} of ${to} bps instead of ${from}`;
    case 'STRATEGY_CAP':
      return `a cap of strategy ${name} of ${to} bps instead of ${from}`;
    case 'POLICY_STRATEGY_CAP':
      return `a policy cap of each strategy of ${to} bps instead of ${from}`;
    case 'PROTOCOL_CAP':
      return `a cap of protocol ${name} of ${to} bps instead of ${from}`;
    case 'EXOTIC_CAP':
      return `a cap of exotic strategies of ${to} bps instead of ${from}`;
    case 'MARGINFI_CAP':
      return `a cap of marginfi strategies of ${to} bps instead of ${from}`;
    case 'RESERVE':
      return `a least reserve of ${to} bps instead of ${from}`;
    default:
      return assertNever(kind);
  }
}
