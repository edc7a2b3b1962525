import { SPELLINGS } from './thresholds.ts';

type Layer = Readonly<Record<string, unknown>>;

/** Plain documents laid over each other, the first lowest: objects key by key, anything else as a whole. */
export function layDocuments(documents: readonly Layer[]): Layer {
  return documents.reduce((under, over) => lay(withoutOtherSpellings(under, over), over) as Layer, {});
}

function lay(under: unknown, over: unknown): unknown {
  if (!isPlain(under) || !isPlain(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) merged[key] = lay(under[key], value);
  return merged;
}

/** A threshold that is laid over another has one spelling then, whichever the two were written in. */
function withoutOtherSpellings(under: Layer, over: Layer): Layer {
  const alerts = { ...plainAt(under, 'alerts') };
  const thresholds = { ...plainAt(alerts, 'thresholds') };
  const above = plainAt(over, 'alerts');
  for (const [key, threshold] of SPELLINGS) {
    if (above[key] === undefined && plainAt(above, 'thresholds')[threshold] === undefined) continue;
    Reflect.deleteProperty(alerts, key);
    Reflect.deleteProperty(thresholds, threshold);
  }
  return Object.keys(alerts).length === 0 ? under : { ...under, alerts: { ...alerts, thresholds } };
}

function plainAt(layer: Layer, key: string): Layer {
  const value = layer[key];
  return isPlain(value) ? value : {};
}

function isPlain(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
