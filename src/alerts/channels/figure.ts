/** A value as people read it: at most four digits that say something, and the unit: `1520 ms`, `7.35 %`, `12`. */
export function figureText(value: number, unit: string): string {
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
  return unit === '' ? String(rounded) : `${rounded} ${unit}`;
}
