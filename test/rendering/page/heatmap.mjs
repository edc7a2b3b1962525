import { element, notice } from './element.mjs';
import { format } from './units.mjs';

const AXIS_PX = 62;
const FOOT_PX = 18;

/** Cumulative buckets, told apart by `le`, as rows; the more observations in a cell, the brighter. */
export function drawHeatmap(body, { panel, queries }, { fromMs, toMs }) {
  const buckets = queries
    .flatMap(({ series }) => series)
    .map(({ labels, points }) => ({
      bound: labels.le === '+Inf' ? Infinity : Number(labels.le),
      points: new Map(points),
    }))
    .sort((a, b) => a.bound - b.bound);
  const times = [...new Set(buckets.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b);
  const rows = buckets.map(({ bound, points }, index) => ({
    bound,
    counts: times.map((at) => Math.max(0, (points.get(at) ?? 0) - (buckets[index - 1]?.points.get(at) ?? 0))),
  }));
  const most = Math.max(0, ...rows.flatMap(({ counts }) => counts));
  if (most === 0) return void body.append(notice(panel.fieldConfig.defaults.noValue ?? 'No data'));
  const ratio = window.devicePixelRatio;
  const canvas = element('canvas', '');
  const [width, height] = [body.clientWidth, body.clientHeight];
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  body.append(canvas);
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  const step = Math.min(...times.slice(1).map((at, index) => at - times[index]), toMs - fromMs);
  const cellWidth = ((width - AXIS_PX) * step) / (toMs - fromMs);
  const cellHeight = (height - FOOT_PX) / rows.length;
  const least = panel.options?.filterValues?.le ?? 1e-9;
  rows.forEach(({ counts }, row) => {
    counts.forEach((count, index) => {
      if (count <= least) return;
      ctx.fillStyle = turbo((count / most) ** 0.5);
      const x = AXIS_PX + ((times[index] - step - fromMs) / (toMs - fromMs)) * (width - AXIS_PX);
      ctx.fillRect(
        x,
        height - FOOT_PX - (row + 1) * cellHeight,
        Math.max(1, cellWidth - 1),
        Math.max(1, cellHeight - 1),
      );
    });
  });
  ctx.fillStyle = '#9a9aa6';
  ctx.font = '11px sans-serif';
  ctx.textAlign = 'right';
  const every = Math.ceil(14 / cellHeight);
  const unit = panel.options?.yAxis?.unit ?? panel.fieldConfig.defaults.unit;
  rows.forEach(({ bound }, row) => {
    if (row % every === 0)
      ctx.fillText(format(bound, unit), AXIS_PX - 6, height - FOOT_PX - row * cellHeight - cellHeight / 2 + 4);
  });
  ctx.textAlign = 'center';
  for (let part = 1; part < 6; part++) {
    const at = fromMs + ((toMs - fromMs) * part) / 6;
    const text = new Date(at).toTimeString().slice(0, 8);
    ctx.fillText(text, AXIS_PX + ((width - AXIS_PX) * part) / 6, height - 4);
  }
}

/** Blue over green and yellow to red. */
function turbo(share) {
  return `hsl(${250 - 250 * share} 85% ${35 + 20 * Math.sin(share * Math.PI)}%)`;
}
