import { err, ok, type Result } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import { limitsOf } from '../constraints/limits.js';
import { MARGINFI_PROTOCOL } from '../policy.js';
import type { AllocationProblem } from '../allocate.js';
import type { Plan } from '../plan.js';
import { certificateHashOf, certify, type Certificate } from './certificate.js';
import { allocationOf } from './plan-problem.js';
import type { PricedCap, ShadowPrice } from './shadow-prices.js';

/** The first place where a certificate is not what its plan says. */
export interface CertificateDifference {
  /** E.g. `gapBps` or `shadowPrices[2].price`. */
  readonly field: string;
  readonly message: string;
}

/**
 * Checks a certificate against its plan: first by itself, without solving anything (its prices cover
 * every score, and at these prices the limits cost exactly the optimum: so no weights can earn more),
 * then field by field against a certificate made anew. Anything changed in it is named.
 */
export function checkCertificate(
  plan: Plan,
  certificate: Certificate,
): Result<undefined, CertificateDifference> {
  const unproven = priceFault(allocationOf(plan), certificate);
  if (unproven !== undefined) return differs('shadowPrices', unproven);
  const again = certify(plan);
  for (const field of ['planHash', 'optimalObjective', 'gapBps'] as const) {
    if (certificate[field] !== again[field]) return mustBe(field, certificate[field], again[field]);
  }
  const stated = certificate.shadowPrices.map(lineOf);
  const made = again.shadowPrices.map(lineOf);
  const index = Array.from({ length: Math.max(stated.length, made.length) }, (_, at) => at).find(
    (at) => stated[at] !== made[at],
  );
  if (index !== undefined) {
    return mustBe(`shadowPrices[${index}]`, stated[index] ?? 'absent', made[index] ?? 'absent');
  }
  const hash = certificateHashOf(certificate);
  return certificate.certificateHash === hash
    ? ok(undefined)
    : mustBe('certificateHash', certificate.certificateHash, hash);
}

function lineOf({ cap, name, price }: ShadowPrice): string {
  return `${cap} ${name ?? ''} ${price}`;
}

function mustBe(
  field: string,
  stated: string | number,
  made: string | number,
): Result<undefined, CertificateDifference> {
  return differs(field, `was ${stated}, must be ${made}`);
}

function differs(field: string, message: string): Result<undefined, CertificateDifference> {
  return err({ field, message: `${field}: ${message}` });
}

/** Why the prices do not prove the stated optimum, from the policy itself; undefined if they do. */
function priceFault(
  { candidates, policy, reserveBps }: AllocationProblem,
  certificate: Certificate,
): string | undefined {
  const prices = new Map<string, bigint>();
  for (const { cap, name, price } of certificate.shadowPrices) {
    if (price < 0n) return `the price of ${cap} is below 0`;
    prices.set(`${cap} ${name ?? ''}`, price);
  }
  const priceOf = (cap: PricedCap, name = ''): bigint => prices.get(`${cap} ${name}`) ?? 0n;
  let cost = BigInt(BPS_WHOLE - reserveBps) * priceOf('REMAINING');
  cost += BigInt(policy.exoticCapBps) * priceOf('EXOTIC');
  cost += BigInt(policy.marginFiCapBps) * priceOf('MARGIN_FI');
  const limits = limitsOf(policy);
  for (const protocol of new Set(candidates.map(({ strategy }) => strategy.protocol))) {
    cost += BigInt(limits.protocolLimitBps(protocol)) * priceOf('PROTOCOL', protocol);
  }
  for (const { strategy, score } of candidates) {
    const { strategyId, protocol, exotic } = strategy;
    const own = priceOf('STRATEGY', strategyId);
    const byPolicy = priceOf('POLICY_STRATEGY', strategyId);
    cost += BigInt(strategy.strategyCapBps) * own + BigInt(policy.strategyCapBps) * byPolicy;
    const shared =
      priceOf('REMAINING') +
      priceOf('PROTOCOL', protocol) +
      (exotic ? priceOf('EXOTIC') : 0n) +
      (protocol === MARGINFI_PROTOCOL ? priceOf('MARGIN_FI') : 0n);
    if (own + byPolicy + shared < BigInt(score.scoreBps)) {
      return `the prices do not cover the score of ${strategyId}`;
    }
  }
  return cost === BigInt(certificate.optimalObjective)
    ? undefined
    : `at these prices the limits cost ${cost}, the optimum is stated as ${certificate.optimalObjective}`;
}
