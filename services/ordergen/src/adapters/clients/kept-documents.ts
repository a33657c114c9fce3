/**
 * Verified documents in memory, the most recently used ones. A document is named by the hash of its
 * content, so one that was verified once is right for ever.
 */
export interface KeptDocuments<Document> {
  get(hash: string): Document | undefined;
  put(hash: string, document: Document): void;
}

/** Creates a store of at most `capacityBytes`, counted in bytes of the encoded documents. */
export function createKeptDocuments<Document extends { readonly bytes: Uint8Array }>(
  capacityBytes: number,
): KeptDocuments<Document> {
  const documents = new Map<string, Document>();
  let heldBytes = 0;
  const drop = (hash: string): void => {
    heldBytes -= documents.get(hash)?.bytes.byteLength ?? 0;
    documents.delete(hash);
  };
  return {
    get: (hash) => {
      const found = documents.get(hash);
      if (found === undefined) return undefined;
      // Last in the order of the map: the least recently used one is first.
      documents.delete(hash);
      documents.set(hash, found);
      return found;
    },
    put: (hash, document) => {
      drop(hash);
      documents.set(hash, document);
      heldBytes += document.bytes.byteLength;
      for (const oldest of documents.keys()) {
        if (heldBytes <= capacityBytes) return;
        drop(oldest);
      }
    },
  };
}
