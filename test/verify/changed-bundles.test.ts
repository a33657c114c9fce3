import { canonicalJson } from '@trimtab/canonical';
import { campaignCount, isCampaign } from '@trimtab/testkit';
import { verifyBundle, verifyDocument, type Json } from '@trimtab/verify';
import { describe, expect, it } from 'vitest';
import { apply, changesOfAll, sealAll, sealBundle, type Change } from './changes.js';
import { bundleOf } from './generated-bundle.js';

/** Bundles whose fields are changed; together they have every field there is. */
const BUNDLES: readonly Json[] = Array.from(
  { length: campaignCount(40, 60) },
  (_, place) => JSON.parse(canonicalJson(bundleOf(place + 1).bundle)) as Json,
);

/** In how many places each field is changed. */
const PLACES_OF_A_FIELD = isCampaign() ? 200 : 3;

/** Every field of every kind of bundle, and its changes. */
const CHANGES = ((): readonly { readonly bundle: Json; readonly change: Change }[] => {
  const seen = new Map<string, Set<string>>();
  return BUNDLES.flatMap((bundle, number) =>
    changesOfAll(bundle).flatMap((change) => {
      const places = seen.get(change.field) ?? new Set<string>();
      seen.set(change.field, places);
      const place = `${number}/${change.place.join('/')}`;
      if (!places.has(place) && places.size >= PLACES_OF_A_FIELD) return [];
      places.add(place);
      return [{ bundle, change }];
    }),
  );
})();

/** What follows from other fields of a bundle is refused even in a forgery that seals everything. */
const INPUTS = [
  // The prices, as far as a rounding or an unused asset hides a change.
  /^snapshot\./,
  // What a plan was made from, where the caps or the rounding hide it, and what it says of itself.
  /^inputs\./,
  /^targets\[\]\.(assetId|strategyId|kappa|investible)$/,
  /^plan\.(algorithmVersion|generateTime|mode)$/,
  // What was asked for, where it changes no trade.
  /^rebalance\.(vaultId|vaultVersion|purpose|netMode|sequencing|slippageLimitBps|underlyingFloor|expireTime)$/,
  /^rebalance\.(tolerances|requestedActions\[\]|positions\[\])\./,
  // What the venue said beside the money, as far as no later report or ledger line repeats it.
  /^events\[\]\.(execType|reason|fee|cumulativeQuantity|collateralMoved)$/,
];

/**
 * Where the money of a late correction of another rebalance came from, the venue or the fees: only that
 * rebalance's own bundle can tell, so in this one it stands under the bundle's hash alone.
 */
function isContraOfOther(bundle: Json, { field, place, from, to }: Change): boolean {
  if (field !== 'ledger[].account') return false;
  const entry = (bundle as { readonly ledger: readonly { readonly rebalanceId: string }[] }).ledger[
    Number(place[1])
  ];
  const contra: readonly Json[] = ['VENUE', 'FEES'];
  return (
    entry?.rebalanceId === 'an-earlier-rebalance' && contra.includes(from) && contra.includes(to)
  );
}

/** The action that a fault names as its cause: a statement, from which nothing follows. */
function isCauseOfFault(bundle: Json, { field, place }: Change): boolean {
  const { events } = bundle as { readonly events: readonly { readonly kind: string }[] };
  return field === 'events[].index' && events[Number(place[1])]?.kind === 'FAULT';
}

function named({ field, place, to }: Change): string {
  return `${field} at ${place.join('.')} to ${JSON.stringify(to)}`;
}

describe('a bundle of which one field was changed', { timeout: 3_600_000 }, () => {
  it('is refused, whichever field of the whole schema it is', () => {
    const passed = CHANGES.filter(
      ({ bundle, change }) => verifyBundle(canonicalJson(apply(bundle, change))).verified,
    );
    expect(passed.map(({ change }) => named(change))).toEqual([]);
  });

  it('is accepted unchanged, however often its hashes are computed again', () => {
    for (const bundle of BUNDLES) {
      expect(verifyDocument(sealBundle(bundle))).toMatchObject({ verified: true });
      expect(sealAll(bundle)).toEqual(bundle);
    }
  });

  it('is refused with its own hash computed again', () => {
    const passed = CHANGES.filter(({ bundle, change }) => {
      if (change.field === 'bundleHash' || isContraOfOther(bundle, change)) return false;
      return verifyDocument(sealBundle(apply(bundle, change))).verified;
    });
    expect(passed.map(({ change }) => named(change))).toEqual([]);
  });

  it('is refused with every hash computed again, unless the field is an input of the story', () => {
    const passed = CHANGES.filter(({ bundle, change }) => {
      const forged = sealAll(apply(bundle, change));
      if (isContraOfOther(bundle, change) || !verifyDocument(forged).verified) return false;
      return canonicalJson(forged) !== canonicalJson(bundle);
    });
    const derived = passed.filter(
      ({ bundle, change }) =>
        !INPUTS.some((one) => one.test(change.field)) && !isCauseOfFault(bundle, change),
    );
    expect(derived.map(({ change }) => named(change))).toEqual([]);
  });

  it('covers every field of the schema', () => {
    const fields = new Set(CHANGES.map(({ change }) => change.field));
    const tops = ['inputs', 'scores', 'targets', 'steps', 'plan', 'holdings', 'snapshot'];
    for (const top of [...tops, 'rebalance', 'events', 'ledger']) {
      expect([...fields].some((field) => field.startsWith(top))).toBe(true);
    }
    expect(fields.size).toBeGreaterThan(200);
  });
});
