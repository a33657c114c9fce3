import { canonicalJson } from '@trimtab/canonical';
import { bundleDocument, type BundleParts } from '../domain/bundle.js';
import { rebalanceNotFound } from './refusals.js';

/** Reads what a bundle is made of, all of it at one moment. */
export interface BundleSource {
  /** Absent when there is no such rebalance. */
  readParts(rebalanceId: string): Promise<BundleParts | undefined>;
}

/** The bundle of a rebalance as canonical JSON. */
export type ExportRebalance = (rebalanceId: string) => Promise<string>;

/**
 * Exports a rebalance as one self-contained document (order generation rules, section 7), at any
 * time: of a finished one it is the proof of the whole run; of a running one the proof up to its
 * latest event, in which the ledger may already hold parts of the action that is out.
 *
 * @throws DomainFailure REBALANCE_NOT_FOUND
 */
export function createExportRebalance(source: BundleSource): ExportRebalance {
  return async (rebalanceId) => {
    const parts = (await source.readParts(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    return canonicalJson(bundleDocument(parts));
  };
}
