import * as wire from '@trimtab/contracts/solver';
import type { Certificate, PricedCap } from '../../domain/index.js';

const KINDS: Readonly<Record<PricedCap, wire.CapKind>> = {
  STRATEGY: wire.CapKind.CAP_KIND_STRATEGY,
  POLICY_STRATEGY: wire.CapKind.CAP_KIND_POLICY_STRATEGY,
  PROTOCOL: wire.CapKind.CAP_KIND_PROTOCOL,
  EXOTIC: wire.CapKind.CAP_KIND_EXOTIC,
  MARGIN_FI: wire.CapKind.CAP_KIND_MARGIN_FI,
  REMAINING: wire.CapKind.CAP_KIND_REMAINING,
};

/** A certificate as it is answered; an absent one stays absent. */
export function toCertificate(
  certificate: Certificate | undefined,
): wire.PlanCertificate | undefined {
  if (certificate === undefined) return undefined;
  return {
    planHash: certificate.planHash,
    optimalObjective: BigInt(certificate.optimalObjective),
    gapBps: certificate.gapBps,
    shadowPrices: certificate.shadowPrices.map(({ cap, name, price }) => ({
      cap: KINDS[cap],
      name: name ?? '',
      priceDecimal: price.toString(),
    })),
    certificateHash: certificate.certificateHash,
  };
}
