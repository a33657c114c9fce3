/** The library numbers its drawings within the process; here each is the only one. */
export function withStableIds(svg: string): string {
  const ids = new Map<string, string>();
  return svg.replace(/\bzr\d+-(c|cls|g|p|i|s|a)?-?\d*\b/g, (id) => {
    const stable = ids.get(id) ?? `trimtab-${ids.size}`;
    ids.set(id, stable);
    return stable;
  });
}
