import { FINEST, LAST, NOW, panelBlock } from './panel.ts';
import type { Block, ValuePanel } from './panel.ts';
import { thresholdSteps } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/** A bar gauge panel. */
export interface BarGauge extends ValuePanel {
  readonly limits?: Limits;
  /** What the longest bar stands for; default the highest value. */
  readonly max?: number;
}

/** Values of now as bars, one for each series. */
export function barGauge(spec: BarGauge): Block {
  const { unit, decimals, noValue, limits, max } = spec;
  return panelBlock('bargauge', spec, {
    asking: NOW,
    maxDataPoints: FINEST,
    defaults: {
      unit,
      min: 0,
      color: { mode: 'thresholds' },
      thresholds: thresholdSteps(limits),
      ...(max !== undefined && { max }),
      ...(decimals !== undefined && { decimals }),
      ...(noValue !== undefined && { noValue }),
    },
    options: {
      reduceOptions: LAST,
      orientation: 'horizontal',
      displayMode: 'basic',
      valueMode: 'color',
      namePlacement: 'auto',
      showUnfilled: true,
      sizing: 'auto',
      minVizWidth: 8,
      minVizHeight: 16,
      maxVizHeight: 300,
      legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    },
  });
}
