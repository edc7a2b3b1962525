import type { CellStyle, Override, Transformation } from '../schema.ts';
import { FINEST, NOW, panelBlock } from './panel.ts';
import type { Block, Query, ValuePanel } from './panel.ts';
import { hasLimit, steps, thresholdSteps } from './thresholds.ts';
import type { Limits } from './thresholds.ts';

/** A column of labels. */
interface LabelColumn {
  readonly label: string;
  readonly title: string;
  readonly width?: number;
  /** Where a click leads: a path within Grafana; `${__data.fields.Title}` is the value of another column. */
  readonly link?: { readonly title: string; readonly url: string };
  /** Colours of the cells with these texts. */
  readonly colours?: Readonly<Record<string, string>>;
}

/** A column of values. */
interface ValueColumn {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  readonly width?: number;
  /** Colours the cells beyond them. */
  readonly limits?: Limits;
}

/** A table panel: a row for each combination of labels. */
export interface Table extends Omit<ValuePanel, 'queries' | 'overrides' | 'unit'> {
  readonly labels: readonly LabelColumn[];
  readonly values: readonly ValueColumn[];
  /** The column by which it is sorted at first. */
  readonly sortBy?: { readonly title: string; readonly desc: boolean };
}

const CELLS: CellStyle = { align: 'auto', cellOptions: { type: 'auto' }, filterable: false, inspect: false };
const FILLED: CellStyle['cellOptions'] = { type: 'color-background', mode: 'basic' };

/** Values of now, a row for each combination of labels. */
export function table({ labels, values, sortBy, ...text }: Table): Block {
  const queries = values.map(({ title, expr }): Query => ({ expr, legend: title }));
  const unit = values[0]?.unit ?? 'short';
  return panelBlock(
    'table',
    { ...text, unit, queries, overrides: [...labels.flatMap(labelOverride), ...values.map(valueOverride)] },
    {
      asking: { ...NOW, format: 'table' },
      maxDataPoints: FINEST,
      defaults: {
        unit,
        color: { mode: 'thresholds' },
        thresholds: steps([{ color: 'text', value: null }]),
        custom: { ...CELLS },
        ...(text.noValue !== undefined && { noValue: text.noValue }),
      },
      options: {
        showHeader: true,
        cellHeight: 'sm',
        frameIndex: 0,
        ...(sortBy !== undefined && { sortBy: [{ displayName: sortBy.title, desc: sortBy.desc }] }),
      },
      transformations: columnsOf(labels, values),
    },
  );
}

/** One row for each combination of labels, the columns in the order in which they are given. */
function columnsOf(labels: readonly LabelColumn[], values: readonly ValueColumn[]): Transformation[] {
  const valueName = (index: number): string =>
    values.length === 1 ? 'Value' : `Value #${String.fromCharCode(65 + index)}`;
  const names = [
    ...labels.map(({ label, title }) => [label, title] as const),
    ...values.map(({ title }, index) => [valueName(index), title] as const),
  ];
  return [
    ...(values.length > 1 ? [{ id: 'merge', options: {} }] : []),
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        includeByName: {},
        indexByName: Object.fromEntries(names.map(([name], index) => [name, index])),
        renameByName: Object.fromEntries(names),
      },
    },
  ];
}

function labelOverride({ title, width, link, colours }: LabelColumn): Override[] {
  const properties = [
    // a label is a text, whatever its panel's unit
    { id: 'unit', value: 'string' },
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(link ? [{ id: 'links', value: [{ ...link, targetBlank: false }] }] : []),
    ...(colours
      ? [
          { id: 'mappings', value: [{ type: 'value', options: mapped(colours) }] },
          { id: 'custom.cellOptions', value: FILLED },
        ]
      : []),
  ];
  return [{ matcher: { id: 'byName', options: title }, properties }];
}

function mapped(colours: Readonly<Record<string, string>>): Record<string, object> {
  return Object.fromEntries(Object.entries(colours).map(([text, color], index) => [text, { text, color, index }]));
}

function valueOverride({ title, unit, decimals, width, limits }: ValueColumn): Override {
  return {
    matcher: { id: 'byName', options: title },
    properties: [
      { id: 'unit', value: unit },
      ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
      ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
      ...(limits && hasLimit(limits)
        ? [
            { id: 'thresholds', value: thresholdSteps(limits, 'transparent') },
            { id: 'custom.cellOptions', value: FILLED },
          ]
        : []),
    ],
  };
}
