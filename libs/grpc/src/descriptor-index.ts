import { DESCRIPTOR_FILES, type DescriptorFile } from '@trimtab/contracts/descriptors';

/** Finds files of the contract; each answer is a file with everything that it imports. */
export interface DescriptorIndex {
  fileNamed(name: string): readonly Uint8Array[] | undefined;
  /** The file that declares a message, field, enum, service, method or extension. */
  fileOfSymbol(fullName: string): readonly Uint8Array[] | undefined;
  fileOfExtension(typeName: string, number: number): readonly Uint8Array[] | undefined;
  /** Extension numbers of a message in order; undefined when the message is unknown. */
  extensionNumbers(typeName: string): readonly number[] | undefined;
}

/** Indexes the files of the contract. */
export function createDescriptorIndex(
  files: readonly DescriptorFile[] = DESCRIPTOR_FILES,
): DescriptorIndex {
  const byName = new Map(files.map((file) => [file.name, file]));
  const bySymbol = new Map<string, DescriptorFile>();
  const byExtension = new Map<string, Map<number, DescriptorFile>>();
  for (const file of files) {
    for (const symbol of file.symbols) bySymbol.set(symbol, file);
    for (const { extendee, number } of file.extensions) {
      const numbers = byExtension.get(extendee) ?? new Map<number, DescriptorFile>();
      byExtension.set(extendee, numbers.set(number, file));
    }
  }
  const withImports = (file: DescriptorFile | undefined): readonly Uint8Array[] | undefined => {
    if (file === undefined) return undefined;
    // A set keeps the order of insertion and is extended while it is walked: the file comes first.
    const found = new Set([file]);
    for (const { dependencies } of found) {
      for (const name of dependencies) {
        const dependency = byName.get(name);
        if (dependency !== undefined) found.add(dependency);
      }
    }
    return [...found].map(({ bytes }) => bytes);
  };
  return {
    fileNamed: (name) => withImports(byName.get(name)),
    fileOfSymbol: (fullName) => withImports(bySymbol.get(fullName)),
    fileOfExtension: (typeName, number) => withImports(byExtension.get(typeName)?.get(number)),
    extensionNumbers: (typeName) => {
      const numbers = byExtension.get(typeName);
      if (numbers !== undefined) return [...numbers.keys()].sort((left, right) => left - right);
      return bySymbol.has(typeName) ? [] : undefined;
    },
  };
}
