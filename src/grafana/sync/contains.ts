/**
 * Whether all of `wanted` is in `stored`, whatever else is: Grafana adds defaults to what it stores. Lists must have equally many
 * items, since one that is added shows.
 */
export function contains(stored: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(stored) &&
      stored.length === wanted.length &&
      wanted.every((item, index) => contains(stored[index], item))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return stored === wanted;
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return false;
  return Object.entries(wanted).every(
    // what is undefined is not sent
    ([key, value]) => value === undefined || contains((stored as Readonly<Record<string, unknown>>)[key], value),
  );
}
