import { contentHash, TAGS, type JsonValue } from '@trimtab/canonical';
import { invariant } from '@trimtab/core';
import { BPS_WHOLE, safeNumber } from '@trimtab/decimal';
import { allocate } from '../allocate.js';
import type { Plan } from '../plan.js';
import { solveExactly } from './allocate-exact.js';
import { earnedBy } from './proof.js';
import { allocationOf } from './plan-problem.js';
import { shadowPrices, type ShadowPrice } from './shadow-prices.js';

/**
 * How far the rounds are from the optimum: a document of its own that names the plan, so that no plan
 * waits for it (rules for hashed documents).
 */
export interface Certificate {
  readonly planHash: string;
  /** The most that Σ weight · score can be under the caps. */
  readonly optimalObjective: number;
  /** `floor((optimal − rounds) · 10 000 / optimal)`, 0 when the optimum is 0. */
  readonly gapBps: number;
  /** Of every cap that binds at the optimum, by (cap, name). */
  readonly shadowPrices: readonly ShadowPrice[];
  /** The content hash of the document. */
  readonly certificateHash: string;
}

/** Whether a plan has an optimum to be compared with: explicit targets have no scores. */
export function isCertifiable({ summary }: Pick<Plan, 'summary'>): boolean {
  return summary.mode !== 'EXPLICIT';
}

/**
 * Certifies a plan of mode ROUNDS or EXACT. The gap of both is that of the rounds: for a plan of mode
 * EXACT it says what the rounds would have left.
 *
 * @param hint a price of the exotic cap to begin the search at; it changes no certificate
 */
export function certify(plan: Plan, hint?: number): Certificate {
  invariant(isCertifiable(plan), 'a plan of explicit targets has no certificate');
  const allocation = allocationOf(plan);
  const optimum = solveExactly(allocation, hint);
  const { weights } = allocate(allocation);
  const ofRounds = optimum.problem.items.map(({ strategyId }) => weights.get(strategyId) ?? 0);
  const certificate = {
    planHash: plan.planHash,
    optimalObjective: safeNumber(optimum.objective),
    gapBps: gapOf(optimum.objective, earnedBy(optimum.problem, ofRounds)),
    shadowPrices: shadowPrices(optimum),
  };
  return { ...certificate, certificateHash: certificateHashOf(certificate) };
}

/** `floor((optimal − reached) · 10 000 / optimal)`; 0 when there is nothing to reach. */
export function gapOf(optimal: bigint, reached: bigint): number {
  if (optimal === 0n) return 0;
  invariant(reached <= optimal, `nothing earns more than the optimum ${optimal}, found ${reached}`);
  return safeNumber(((optimal - reached) * BigInt(BPS_WHOLE)) / optimal);
}

/** The certificate document, without its own hash. */
export function certificateDocument(certificate: Omit<Certificate, 'certificateHash'>): JsonValue {
  return {
    planHash: certificate.planHash,
    optimalObjective: certificate.optimalObjective,
    gapBps: certificate.gapBps,
    shadowPrices: certificate.shadowPrices.map(({ cap, name, price }) => ({
      cap,
      name,
      price: price.toString(),
    })),
  };
}

/** The hash of the certificate document. */
export function certificateHashOf(certificate: Omit<Certificate, 'certificateHash'>): string {
  return contentHash(TAGS.certificate, certificateDocument(certificate));
}
