import type { Instant } from '@trimtab/core';

/**
 * Assets and the limits that their prices must keep (oracle rules, assets). Limits are per asset,
 * never global; what a registration leaves out takes its default here and nowhere else.
 */
export interface AssetTerms {
  /** `[A-Z0-9][A-Z0-9.-]{0,63}`; never changes. */
  readonly assetId: string;
  /** Fraction digits of one unit, 0 to 27; never changes. */
  readonly decimals: number;
  /** Step of an order quantity, base units, at least 1. */
  readonly lot: bigint;
  /** Smallest order quantity, base units, at least 0. */
  readonly minimumOrder: bigint;
  /** How long an observation counts. */
  readonly maxAgeSeconds: number;
  /** The longest time between two publications while the price is asked for or observed. */
  readonly heartbeatSeconds: number;
  /** A move of this much is published before the heartbeat. */
  readonly deviationBps: number;
  /** The least publishers of a consensus. */
  readonly quorumCount: number;
  /** An observation further than this from the median is dropped. */
  readonly outlierBps: number;
  /** Width of the breaker's band for each heartbeat of age. */
  readonly breakerBps: number;
  /** Who may price it, sorted; empty allows every publisher. */
  readonly publishers: readonly string[];
}

/**
 * The longest time from a publication to the last moment in which an asset can be HEALTHY without
 * another one: one comes with each heartbeat, and observations count for maxAge.
 */
export function silenceSeconds(terms: AssetTerms): number {
  return terms.heartbeatSeconds + terms.maxAgeSeconds;
}

/** A registered asset. */
export interface Asset extends AssetTerms {
  /** Whether every price is in this asset: its own price is 1 and always fresh. */
  readonly denomination: boolean;
  /** 1 at registration, one more with each change. */
  readonly version: bigint;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** An asset as a caller writes it: integers as text, absent limits undefined, absent text empty. */
export interface AssetDraft {
  readonly assetId: string;
  readonly decimals: number;
  readonly lot: string;
  readonly minimumOrder: string;
  readonly maxAgeSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly deviationBps: number | undefined;
  readonly quorumCount: number | undefined;
  readonly outlierBps: number | undefined;
  readonly breakerBps: number | undefined;
  readonly publishers: readonly string[];
}

/** The limits that an asset has when its registration does not say otherwise. */
export const ASSET_DEFAULTS = {
  lot: '1',
  minimumOrder: '0',
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 2,
  outlierBps: 200,
  breakerBps: 1000,
} as const;

const ASSET_ID = /^[A-Z0-9][A-Z0-9.-]{0,63}$/;
const PUBLISHER = /^[\x21-\x7e]{1,255}$/;

/** Whether the text can be the id of an asset. */
export function isAssetId(text: string): boolean {
  return ASSET_ID.test(text);
}

/** Whether the text can name a publisher: 1 to 255 printable ASCII characters without spaces. */
export function isPublisher(text: string): boolean {
  return PUBLISHER.test(text);
}
