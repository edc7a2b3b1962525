// Draws `window.dashboard`: see DrawnDashboard in rendering.ts.
import { element, notice } from './element.mjs';
import { drawBarGauge, drawStat } from './figures.mjs';
import { drawHeatmap } from './heatmap.mjs';
import { drawTable } from './table.mjs';
import { drawTimeSeries } from './time-series.mjs';

const KINDS = {
  timeseries: drawTimeSeries,
  stat: drawStat,
  bargauge: drawBarGauge,
  table: drawTable,
  heatmap: drawHeatmap,
};
const GRID_ROW_PX = 38;
const GAP_PX = 8;

const { dashboard } = window;
const main = document.querySelector('main');
const times = [dashboard.fromMs, dashboard.toMs].map((ms) => new Date(ms).toTimeString().slice(0, 8)).join(' to ');
document.body.prepend(element('header', '', element('strong', '', dashboard.title), element('span', '', times)));
main.style.height = `${dashboard.height * GRID_ROW_PX}px`;
for (const drawn of dashboard.drawn) main.append(drawn.row === undefined ? panel(drawn) : heading(drawn));
// sizes are known once it is in the page
for (const drawn of dashboard.drawn.filter((one) => one.panel)) fill(drawn);

function place(made, { x, y, w, h }) {
  Object.assign(made.style, {
    left: `${(x / 24) * 100}%`,
    top: `${y * GRID_ROW_PX}px`,
    width: `calc(${(w / 24) * 100}% - ${GAP_PX}px)`,
    height: `${h * GRID_ROW_PX - GAP_PX}px`,
  });
  return made;
}

function heading(drawn) {
  const text = `${drawn.collapsed ? '▸' : '▾'} ${drawn.row}${drawn.collapsed ? '  (closed at first)' : ''}`;
  return place(element('h2', '', text), drawn.place);
}

function panel(drawn) {
  const title = element(
    'h3',
    '',
    drawn.panel.title,
    ...(drawn.panel.description ? [element('span', 'info', 'i')] : []),
  );
  drawn.body = element('div', 'body');
  return place(element('section', '', title, drawn.body), drawn.place);
}

function fill(drawn) {
  const failed = drawn.queries.find(({ error }) => error);
  const draw = KINDS[drawn.panel.type];
  try {
    if (failed) throw new Error(failed.error);
    if (!draw) throw new Error(`panels of type ${drawn.panel.type} are not drawn here`);
    draw(drawn.body, drawn, dashboard);
  } catch (error) {
    drawn.body.replaceChildren(notice(String(error)));
    drawn.body.classList.add('failed');
  }
}
