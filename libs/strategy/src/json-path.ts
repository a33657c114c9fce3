/**
 * The path of a field in the JSON of the REST routes, for its path in proto field names:
 * `config.strike_ratio_decimal` is `config.strikeRatio`, `collateral.asset_id` is `collateral.asset`.
 */
export function jsonPathOf(field: string): string {
  return field.split('.').map(segmentOf).join('.');
}

/** Units are in the names of the wire, the JSON of the source leaves these two out. */
function segmentOf(segment: string): string {
  const plain = segment.replace(/^(asset)_id(?=\[|$)/, '$1').replace(/_decimal(?=\[|$)/, '');
  return plain.replace(/(?<=[a-z0-9])_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
