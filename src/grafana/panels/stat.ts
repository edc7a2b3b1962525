import type { FieldConfig } from '../schema.ts';
import { FINEST, LAST, NOW, panelBlock } from './panel.ts';
import type { Block, ValuePanel } from './panel.ts';
import { thresholdSteps } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/** A stat panel. */
export interface Stat extends ValuePanel {
  /** What it means that there is no value. */
  readonly noValue: string;
  readonly limits?: Limits;
  /** In place of `limits`. */
  readonly thresholds?: NonNullable<FieldConfig['thresholds']>;
  /** Where a click leads: a path within Grafana. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** Large figures of now: a value of before would stand there as if it were of now. */
export function stat(spec: Stat): Block {
  const { unit, decimals, noValue, limits, thresholds, link } = spec;
  return panelBlock('stat', spec, {
    asking: NOW,
    maxDataPoints: FINEST,
    defaults: {
      unit,
      noValue,
      min: 0,
      color: { mode: 'thresholds' },
      thresholds: thresholds ?? thresholdSteps(limits),
      ...(decimals !== undefined && { decimals }),
      ...(link && { links: [{ ...link, targetBlank: false }] }),
    },
    options: {
      reduceOptions: LAST,
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: spec.queries.length > 1 ? 'value_and_name' : 'value',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
    },
  });
}
