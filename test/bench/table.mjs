// The results as a Markdown table.

const COLUMNS = ['what', 'against', 'median', 'quartiles', 'rounds', 'target', 'met', 'detail'];

/**
 * @typedef {object} Row
 * @property {string} what what was measured
 * @property {string} against what it is compared with
 * @property {string} [unit] of the figures; without it they are ratios
 * @property {number} median
 * @property {number} low first quartile
 * @property {number} high third quartile
 * @property {number} rounds
 * @property {number} [target] a bound; undefined where the figure only informs
 * @property {boolean} [atLeast] whether the target is a lower bound
 * @property {boolean} [met] where more decides than the bound
 * @property {string} [detail]
 */

/**
 * @typedef {object} LeftOut
 * @property {string} what what was to be measured
 * @property {string} against what it was to be compared with
 * @property {string} leftOut why it was not measured, and what to do about it
 */

/** @param {readonly (Row | LeftOut)[]} rows */
export function table(rows) {
  const lines = rows.map((row) => [row.what, row.against, ...('leftOut' in row ? noFigures(row) : figures(row))]);
  return [COLUMNS, COLUMNS.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n') + '\n';
}

/** @param {LeftOut} row */
function noFigures(row) {
  return ['not measured', '', '', '', '', row.leftOut];
}

/** @param {Row} row */
function figures(row) {
  return [
    figure(row.median, row.unit),
    `${figure(row.low)} – ${figure(row.high)}`,
    String(row.rounds),
    row.target === undefined ? '' : `${row.atLeast ? '≥' : '≤'} ${figure(row.target, row.unit)}`,
    { true: 'yes', false: 'NO', undefined: '' }[met(row)],
    row.detail ?? '',
  ];
}

/** @returns {boolean | undefined} undefined without a target, as where nothing was measured */
export function met(row) {
  if (row.target === undefined || row.met !== undefined) return row.met;
  return row.atLeast ? row.median >= row.target : row.median <= row.target;
}

function figure(value, unit) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 3 : 4;
  return `${Number(value.toFixed(digits))}${unit ? ` ${unit}` : ''}`;
}
