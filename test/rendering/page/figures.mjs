// Panels of single values: stats and bar gauges.
import { element, notice } from './element.mjs';
import { colourOf, fieldsOf, mapped, reduced, thresholdColour } from './fields.mjs';
import { format } from './units.mjs';

function figuresOf(drawn) {
  const calc = drawn.panel.options?.reduceOptions?.calcs?.[0] ?? 'lastNotNull';
  return fieldsOf(drawn).map((field) => {
    const value = reduced(field.points, calc);
    const said = mapped(value, field.options.mappings);
    const text =
      said?.text ??
      (value === null
        ? (field.options.noValue ?? 'No data')
        : format(value, field.options.unit, field.options.decimals));
    return {
      ...field,
      value,
      text,
      colour: said?.color ? colourOf(said.color) : thresholdColour(value ?? 0, field.options),
    };
  });
}

export function drawStat(body, drawn) {
  const { colorMode = 'value', graphMode = 'none', textMode = 'auto' } = drawn.panel.options ?? {};
  const figures = figuresOf(drawn);
  if (figures.length === 0) return void body.append(notice(drawn.panel.fieldConfig.defaults.noValue ?? 'No data'));
  body.classList.add('stats');
  // side by side where that leaves each of them wider than high
  body.style.flexDirection = body.clientWidth / figures.length > body.clientHeight / 2 ? 'row' : 'column';
  const drawnStats = figures.map(({ name, text, colour, points }) => {
    const withName =
      textMode === 'value_and_name' || textMode === 'name' || (textMode === 'auto' && figures.length > 1);
    const value = element('div', 'value', textMode === 'name' ? '' : text);
    const stat = element('div', 'stat', ...(withName ? [element('div', 'name', name)] : []), value);
    if (colorMode === 'background') stat.style.background = colour;
    else value.style.color = colour;
    if (graphMode === 'area') {
      stat.classList.add('with-curve');
      stat.append(sparkline(points, colour));
    }
    return { stat, value, text };
  });
  body.append(...drawnStats.map(({ stat }) => stat));
  // how wide each is shows once all are there
  for (const { stat, value, text } of drawnStats) {
    const fitting = (stat.clientWidth - 12) / Math.max(text.length, 4) / 0.6;
    value.style.fontSize = `${Math.max(12, Math.min(fitting, stat.clientHeight * 0.45, 48))}px`;
  }
}

function sparkline(points, colour) {
  const values = points.filter(([, value]) => Number.isFinite(value));
  const [low, high] = [Math.min(0, ...values.map(([, value]) => value)), Math.max(...values.map(([, value]) => value))];
  const [from, to] = [values[0]?.[0], values.at(-1)?.[0]];
  const place = ([at, value]) =>
    `${((at - from) / (to - from || 1)) * 100},${40 - ((value - low) / (high - low || 1)) * 38}`;
  const path = values.map(place).join(' ');
  const holder = element('div', 'sparkline');
  holder.innerHTML =
    `<svg viewBox="0 0 100 40" preserveAspectRatio="none"><polygon points="0,40 ${path} 100,40" fill="${colour}" opacity="0.2"/>` +
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1" vector-effect="non-scaling-stroke"/></svg>`;
  return holder;
}

export function drawBarGauge(body, drawn) {
  const figures = figuresOf(drawn);
  if (figures.length === 0) return void body.append(notice(drawn.panel.fieldConfig.defaults.noValue ?? 'No data'));
  const { min, max } = drawn.panel.fieldConfig.defaults;
  const low = min ?? Math.min(...figures.map(({ value }) => value));
  const high = max ?? Math.max(...figures.map(({ value }) => value));
  body.classList.add('bars');
  const { minVizHeight = 16, maxVizHeight = 300 } = drawn.panel.options ?? {};
  const height = Math.max(minVizHeight, Math.min(maxVizHeight, body.clientHeight / figures.length - 6));
  for (const { name, text, value, colour } of figures) {
    const bar = element('div', 'bar');
    bar.style.background = colour;
    bar.style.width = `${Math.max(0, ((value - low) / (high - low || 1)) * 100)}%`;
    const label = element('span', 'value', text);
    label.style.color = colour;
    const row = element('div', 'bar-row', element('span', 'name', name), element('div', 'track', bar), label);
    row.style.height = `${height}px`;
    // as Grafana does it: above the bar where there is room
    row.classList.toggle('tall', height > 40);
    body.append(row);
  }
}
