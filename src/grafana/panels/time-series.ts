import type { GraphStyle, Override } from '../schema.ts';
import { panelBlock } from './panel.ts';
import type { Block, ValuePanel } from './panel.ts';
import { hasLimit, thresholdSteps } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/** A time series panel. */
export interface TimeSeries extends ValuePanel {
  /** Drawn as dashed lines. */
  readonly limits?: Limits;
  /** Areas on top of each other: parts of a whole. */
  readonly stacked?: boolean;
  /** Columns, for what is counted from point to point. */
  readonly bars?: boolean;
  /** The lowest value of the axis; default 0, null: as the data have it. */
  readonly min?: number | null;
  /** The highest value of the axis. */
  readonly max?: number;
  /** What the legend tells of each series; default the last value and the highest, of columns their sum. */
  readonly calcs?: readonly string[];
}

/** Values over time. */
export function timeSeries(spec: TimeSeries): Block {
  const { unit, decimals, noValue, limits, stacked = false, bars = false, min = 0, max } = spec;
  const style: GraphStyle = {
    drawStyle: bars ? 'bars' : 'line',
    lineInterpolation: 'linear',
    lineWidth: bars ? 0 : 1,
    // lines over each other stay lines: areas would look like parts of a whole
    fillOpacity: bars ? 80 : stacked ? 30 : 0,
    gradientMode: 'none',
    showPoints: 'auto',
    pointSize: 4,
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
    axisPlacement: 'auto',
    axisLabel: '',
    scaleDistribution: { type: 'linear' },
    hideFrom: { legend: false, tooltip: false, viz: false },
    thresholdsStyle: { mode: limits && hasLimit(limits) ? 'dashed' : 'off' },
  };
  const calcs = spec.calcs ?? (bars ? ['sum'] : ['lastNotNull', 'max']);
  return panelBlock('timeseries', spec, {
    asking: { range: true, instant: false, format: 'time_series' },
    defaults: {
      unit,
      color: { mode: 'palette-classic' },
      thresholds: thresholdSteps(limits),
      custom: { ...style },
      ...(min !== null && { min }),
      ...(max !== undefined && { max }),
      ...(decimals !== undefined && { decimals }),
      ...(noValue !== undefined && { noValue }),
    },
    options: {
      legend: {
        displayMode: 'table',
        placement: 'bottom',
        showLegend: true,
        calcs: [...calcs],
        // the worst of many is not below the fold
        sortBy: bars ? 'Total' : 'Last *',
        sortDesc: true,
      },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  });
}

/** Draws a series in a colour of its own. */
export function coloured(series: string, fixedColor: string): Override {
  return {
    matcher: { id: 'byName', options: series },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
  };
}

/** Tells a series' values in the legend, and does not draw it: it is so far above the others that they would be flat. */
export function legendOnly(series: string): Override {
  return {
    matcher: { id: 'byName', options: series },
    properties: [{ id: 'custom.hideFrom', value: { legend: false, tooltip: false, viz: true } }],
  };
}

/** Gives a series of another unit an axis of its own. */
export function onTheRight(series: string, unit: string): Override {
  return {
    matcher: { id: 'byName', options: series },
    properties: [
      { id: 'unit', value: unit },
      { id: 'custom.axisPlacement', value: 'right' },
    ],
  };
}
