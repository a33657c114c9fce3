import { domainError, refuse } from '@trimtab/core';
import { parseDecimal, toBaseUnits } from '@trimtab/decimal';

/**
 * Whole units as base units.
 *
 * @throws DomainFailure DECIMAL_NOT_CANONICAL for what no validated intent holds
 */
export function baseUnits(text: string, decimals: number): bigint {
  const value = parseDecimal(text);
  const units = value.ok ? toBaseUnits(value.value, decimals) : value;
  if (units.ok) return units.value;
  return refuse(domainError('INVALID_ARGUMENT', 'DECIMAL_NOT_CANONICAL', units.error));
}
