/** What a test opened and must close again. */
const leftovers: (() => unknown)[] = [];

export function closeLater(close: () => unknown): void {
  leftovers.push(close);
}

/** Closes everything, last opened first. */
export async function closeLeftovers(): Promise<void> {
  for (const close of leftovers.splice(0).reverse()) await close();
}
