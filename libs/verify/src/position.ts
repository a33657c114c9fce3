import { name, word, type Node } from './node.js';

/** Which way an asset is held. */
export type Side = 'LONG' | 'SHORT';

/** An asset on one side. */
export interface Place {
  readonly assetId: string;
  readonly side: Side;
}

/** Reads the two members that name a position. */
export function placeOf(fields: { readonly assetId: Node; readonly side: Node }): Place {
  return { assetId: name(fields.assetId), side: word(fields.side, ['LONG', 'SHORT']) };
}

/** A key that sorts by (asset, side) in code units: no asset id holds a character below a space. */
export function keyOf({ assetId, side }: Place): string {
  return `${assetId}\u0000${side}`;
}

/** Sorts by (asset, side). */
export function inOrder<Item extends Place>(places: Iterable<Item>): readonly Item[] {
  return [...places].sort((left, right) =>
    keyOf(left) < keyOf(right) ? -1 : keyOf(left) > keyOf(right) ? 1 : 0,
  );
}
