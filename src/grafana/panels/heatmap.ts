import { panelBlock } from './panel.ts';
import type { Block, PanelText } from './panel.ts';

/** A heatmap panel. */
export interface Heatmap extends PanelText {
  /** Of the buckets' bounds, as Grafana names it. */
  readonly unit: string;
  /** Gives the number of observations in each bucket, by `le`. */
  readonly expr: string;
  readonly noValue?: string;
}

/** Columns across the panel: each then holds enough observations to have a shape. */
const COLUMNS = 120;

/** How observations spread over the buckets of a histogram, over time. */
export function heatmap({ expr, unit, noValue, ...text }: Heatmap): Block {
  return panelBlock(
    'heatmap',
    { ...text, unit, queries: [{ expr, legend: '{{le}}' }] },
    {
      asking: { range: true, instant: false, format: 'heatmap' },
      maxDataPoints: COLUMNS,
      defaults: {
        custom: { scaleDistribution: { type: 'linear' }, hideFrom: { legend: false, tooltip: false, viz: false } },
        ...(noValue !== undefined && { noValue }),
      },
      options: {
        calculate: false,
        cellGap: 1,
        // cells that nothing fell into stay empty
        filterValues: { le: 1e-9 },
        color: {
          mode: 'scheme',
          scheme: 'Turbo',
          scale: 'exponential',
          exponent: 0.5,
          steps: 64,
          reverse: false,
          fill: 'dark-orange',
        },
        rowsFrame: { layout: 'auto' },
        showValue: 'never',
        yAxis: { axisPlacement: 'left', unit, reverse: false },
        legend: { show: true },
        tooltip: { mode: 'single', yHistogram: true, showColorScale: true },
        exemplars: { color: 'rgba(255,0,255,0.7)' },
      },
    },
  );
}
