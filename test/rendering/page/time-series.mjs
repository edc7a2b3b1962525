import { element, notice } from './element.mjs';
import { CALC_NAMES, colourOf, fieldsOf, reduced } from './fields.mjs';
import { format } from './units.mjs';

const LEGEND_SHARE = 0.35;
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, exponent) => 2 ** exponent);

export function drawTimeSeries(body, drawn, { fromMs, toMs, marks }) {
  const told = fieldsOf(drawn).filter(({ points }) => points.some(([, value]) => !Number.isNaN(value)));
  const fields = told.filter(({ options }) => options.custom.hideFrom?.viz !== true);
  const { defaults } = drawn.panel.fieldConfig;
  if (told.length === 0) return void body.append(notice(defaults.noValue ?? 'No data'));
  const legend = legendOf(told, drawn.panel.options?.legend ?? {});
  const plot = element('div', 'plot');
  body.append(plot, legend);
  legend.style.maxHeight = `${body.clientHeight * LEGEND_SHARE}px`;
  const times = [...new Set(fields.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  const aligned = fields.map(({ points, options }) => {
    const byTime = new Map(points);
    const sign = options.custom.transform === 'negative-Y' ? -1 : 1;
    return times.map((at) => {
      const value = byTime.get(at);
      return value === undefined || !Number.isFinite(value) ? null : sign * value;
    });
  });
  const stacked = stack(fields, aligned);
  const step = times.length > 1 ? Math.min(...times.slice(1).map((at, index) => at - times[index])) : 1000;
  const withGaps = breakAtGaps(times, stacked, step);
  const options = {
    width: plot.clientWidth,
    height: body.clientHeight - legend.offsetHeight - 4,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 8, 0, 0],
    scales: {
      x: { min: fromMs / 1000, max: toMs / 1000 },
      y: { range: (_, low, high) => rangeOf(low, high, defaults) },
      right: { range: (_, low, high) => rangeOf(low, high, defaults) },
    },
    axes: [
      axis({ size: 26, space: 80, values: (_, splits) => splits.map(clock) }),
      valueAxis('y', 3, defaults.unit),
      ...fields
        .filter(isOnTheRight)
        .slice(0, 1)
        .map(({ options }) => valueAxis('right', 1, options.unit)),
    ],
    series: [{}, ...fields.map(seriesOptions)],
    bands: bandsOf(fields),
    hooks: { draw: [(chart) => drawLines(chart, defaults, marks)] },
  };
  new window.uPlot(options, withGaps, plot);
}

function clock(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

function isOnTheRight({ options }) {
  return options.custom.axisPlacement === 'right';
}

function valueAxis(scale, side, unit) {
  const values = (_, splits) => splits.map((at) => format(Math.abs(at), unit));
  return axis({ scale, side, size: 62, values, ...(/^(bytes|binBps)$/.test(unit) && { incrs: POWERS_OF_TWO }) });
}

function axis(more) {
  return {
    stroke: '#9a9aa6',
    grid: { stroke: '#2c3035', width: 1 },
    ticks: { show: false },
    font: '11px sans-serif',
    ...more,
  };
}

function rangeOf(low, high, { min, max, custom = {} }) {
  const from = min ?? Math.min(low, custom.axisSoftMin ?? low);
  const to = max ?? Math.max(high, custom.axisSoftMax ?? high);
  if (from === to) return [from, from + (Math.abs(from) || 1)];
  const room = (to - from) * 0.08;
  return [min ?? (low < 0 ? from - room : from), max ?? to + room];
}

function seriesOptions({ colour, options }) {
  const { custom } = options;
  const fill = (custom.fillOpacity ?? 0) / 100;
  const isBars = custom.drawStyle === 'bars';
  return {
    stroke: colour,
    scale: isOnTheRight({ options }) ? 'right' : 'y',
    width: custom.lineWidth ?? 1,
    ...(fill > 0 && { fill: `color-mix(in srgb, ${colour} ${fill * 100}%, transparent)` }),
    ...(isBars && { paths: window.uPlot.paths.bars({ size: [0.9, 40] }) }),
    points: { show: false },
    spanGaps: custom.spanNulls === true,
  };
}

/** Each area begins where the one below ends. */
function stack(fields, aligned) {
  const sums = new Map();
  return aligned.map((values, index) => {
    const { mode = 'none', group = 'A' } = fields[index].options.custom.stacking ?? {};
    if (mode === 'none') return values;
    const below = sums.get(group) ?? values.map(() => 0);
    const total = values.map((value, at) => below[at] + (value ?? 0));
    sums.set(group, total);
    return total.map((value, at) => (values[at] === null ? null : value));
  });
}

function bandsOf(fields) {
  const stacked = fields.flatMap(({ options }, index) =>
    (options.custom.stacking?.mode ?? 'none') === 'none' ? [] : [index + 1],
  );
  return stacked.slice(1).map((series, index) => ({ series: [series, stacked[index]] }));
}

/** Where a point is missing there is no line. */
function breakAtGaps(times, columns, step) {
  const x = [];
  const y = columns.map(() => []);
  times.forEach((at, index) => {
    if (index > 0 && at - times[index - 1] > step * 1.5) {
      x.push((times[index - 1] + step) / 1000);
      for (const column of y) column.push(null);
    }
    x.push(at / 1000);
    columns.forEach((column, series) => y[series].push(column[index]));
  });
  return [x, ...y];
}

/** Thresholds across, annotations from top to bottom. A threshold beyond the scale is not seen, as in Grafana. */
function drawLines({ ctx, bbox, valToPos, scales }, { thresholds, custom = {} }, marks) {
  ctx.save();
  ctx.lineWidth = 2;
  ctx.setLineDash([8, 6]);
  const mode = custom.thresholdsStyle?.mode ?? 'off';
  for (const { color, value } of mode === 'off' ? [] : (thresholds?.steps ?? [])) {
    if (value === null || value > scales.y.max || value < scales.y.min) continue;
    line(ctx, colourOf(color), bbox.left, valToPos(value, 'y', true), bbox.left + bbox.width);
  }
  for (const { atMs, colour } of marks) {
    for (const at of atMs) {
      const x = valToPos(at / 1000, 'x', true);
      ctx.lineWidth = 1;
      line(ctx, colourOf(colour), x, bbox.top, x, bbox.top + bbox.height);
    }
  }
  ctx.restore();
}

function line(ctx, colour, x, y, toX, toY = y) {
  ctx.strokeStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

function sorted(fields, calc, descending) {
  if (calc === undefined) return fields;
  const by = ({ points }) => reduced(points, calc) ?? -Infinity;
  return fields.toSorted((a, b) => (descending ? by(b) - by(a) : by(a) - by(b)));
}

function legendOf(
  fields,
  { showLegend = true, displayMode = 'list', placement = 'bottom', calcs = [], sortBy, sortDesc },
) {
  const legend = element('div', `legend ${displayMode} ${placement}`);
  if (!showLegend) return legend;
  const text = ({ points, options }, calc) => format(reduced(points, calc), options.unit, options.decimals);
  const key = ({ name, colour }) => {
    const swatch = element('i', 'swatch');
    swatch.style.background = colour;
    return element('span', 'key', swatch, name);
  };
  if (displayMode === 'table') {
    const head = element(
      'tr',
      '',
      ...['Name', ...calcs.map((calc) => CALC_NAMES[calc] ?? calc)].map((name) => element('th', '', name)),
    );
    const sorting = calcs.find((calc) => CALC_NAMES[calc] === sortBy);
    const rows = sorted(fields, sorting, sortDesc).map((field) =>
      element(
        'tr',
        '',
        element('td', '', key(field)),
        ...calcs.map((calc) => element('td', 'number', text(field, calc))),
      ),
    );
    legend.append(element('table', '', head, ...rows));
  } else {
    const calculated = (field) => calcs.map((calc) => `  ${CALC_NAMES[calc]}: ${text(field, calc)}`).join('');
    legend.append(...fields.map((field) => element('span', 'entry', key(field), calculated(field))));
  }
  return legend;
}
