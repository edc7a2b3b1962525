import type { FieldConfig } from '../schema.ts';
import { LAST, panelBlock } from './panel.ts';
import type { Block, ValuePanel } from './panel.ts';
import { thresholdSteps } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/** A stat panel. */
export interface Stat extends ValuePanel {
  readonly limits?: Limits;
  /** In place of `limits`. */
  readonly thresholds?: NonNullable<FieldConfig['thresholds']>;
  /** The present value alone, without a sparkline; asked for one instant. */
  readonly instant?: boolean;
  /** Where a click leads: a path within Grafana. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** Large figures, each with its curve below. */
export function stat(spec: Stat): Block {
  const { unit, decimals, noValue = 'No data', limits, thresholds, instant = false, link } = spec;
  return panelBlock('stat', spec, {
    asking: { range: !instant, instant, format: 'time_series' },
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
      graphMode: instant ? 'none' : 'area',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: spec.queries.length > 1 ? 'value_and_name' : 'value',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
    },
  });
}
