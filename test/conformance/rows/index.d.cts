/** The rows that hold for a version of `ws` in a module system, in the order in which they are run. */
export declare function rowsFor(
  version: string,
  system: 'cjs' | 'mjs',
): readonly { readonly name: string; readonly theme: string }[];
