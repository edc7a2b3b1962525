import { DashboardEditor } from '../../../../src/grafana/api/edits.ts';
import type { GrafanaDashboard, GrafanaPanel } from '../../../../src/grafana/api/model.ts';
import { dropPanel, placePanel } from '../../../../src/grafana/api/panels.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { clientOf } from '../../../support/grafana-client.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';

afterEach(closeLeftovers);

const at = (y: number, h: number): GrafanaPanel['gridPos'] & object => ({ x: 0, y, w: 24, h });
const stat = (id: number, y: number): GrafanaPanel => ({ id, type: 'stat', gridPos: at(y, 5) });
const row = (id: number, y: number, collapsed: boolean, panels: GrafanaPanel[] = []): GrafanaPanel => ({
  id,
  type: 'row',
  collapsed,
  panels,
  gridPos: at(y, 1),
});

/** Ids with their places from the top, in the order of the list. */
const placesOf = ({ panels = [] }: GrafanaDashboard): unknown =>
  panels.map(({ id, gridPos, panels: inside = [] }) => [
    id,
    gridPos?.y,
    ...inside.map((one) => [one.id, one.gridPos?.y]),
  ]);

describe('a new panel', () => {
  it('comes above the collapsed rows at the end, which move down with what is in them', () => {
    const dashboard = { panels: [row(1, 0, false), stat(2, 1), row(3, 6, true, [stat(4, 7)]), row(5, 7, true)] };
    expect(placePanel(dashboard, { type: 'stat' })).toBe(6);
    expect(placesOf(dashboard)).toEqual([
      [1, 0],
      [2, 1],
      [6, 6],
      [3, 14, [4, 15]],
      [5, 15],
    ]);
  });

  it('comes below a collapsed row that is followed by others, and below one at the end that is open', () => {
    const followed = { panels: [row(1, 0, true), row(2, 1, false), stat(3, 2)] };
    placePanel(followed, { type: 'stat' });
    expect(placesOf(followed)).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 7],
    ]);
  });

  it('comes above all where there are only collapsed rows, and first where there is nothing', () => {
    const rows = { panels: [row(1, 0, true), row(2, 1, true)] };
    placePanel(rows, { type: 'stat' });
    expect(placesOf(rows)).toEqual([
      [3, 0],
      [1, 8],
      [2, 9],
    ]);
    const nothing = {};
    placePanel(nothing, { type: 'stat' });
    expect(placesOf(nothing)).toEqual([[1, 0]]);
  });

  it('moves nothing where there is room', () => {
    const dashboard = { panels: [stat(1, 0), row(2, 40, true)] };
    placePanel(dashboard, { type: 'stat' });
    expect(placesOf(dashboard)).toEqual([
      [1, 0],
      [3, 5],
      [2, 40],
    ]);
  });
});

describe('a collapsed row that is removed', () => {
  it('makes room only below it, whatever the order of the list', () => {
    const dashboard = { panels: [row(1, 5, true, [stat(2, 6)]), stat(3, 0), stat(4, 5), stat(5, 6)] };
    dropPanel(dashboard, 1);
    expect(placesOf(dashboard)).toEqual([
      [2, 6],
      [3, 0],
      [4, 5],
      [5, 11],
    ]);
  });
});

describe('a panel that is ensured', () => {
  const PANEL = { type: 'timeseries', title: 'Orders', targets: [{ refId: 'A', expr: 'orders' }] };

  async function started(): Promise<{ readonly grafana: FakeGrafana; readonly editors: readonly DashboardEditor[] }> {
    const grafana = await FakeGrafana.start();
    grafana.state.putDashboard({ uid: 'service', title: 'Service', panels: [row(1, 0, true, [])] });
    const patience = { tries: 20, firstMs: 1, longestMs: 2 };
    return { grafana, editors: [1, 2, 3].map(() => new DashboardEditor(clientOf(grafana), { patience })) };
  }

  it('is there once, whoever asks for it, and however often', async () => {
    const { grafana, editors } = await started();
    const ids = await Promise.all([...editors, ...editors].map((editor) => editor.ensurePanel('service', PANEL)));
    expect(ids).toEqual([2, 2, 2, 2, 2, 2]);
    expect(grafana.state.dashboard('service')).toMatchObject({ version: 2, panels: [{ id: 2 }, { id: 1 }] });
  });

  it('is found in a collapsed row, and where a person saved it with more', async () => {
    const { grafana, editors } = await started();
    grafana.state.editByHand('service', (dashboard) => {
      const targets = [{ ...PANEL.targets[0], editorMode: 'code', range: true }];
      dashboard['panels'] = [row(1, 0, true, [{ ...PANEL, id: 7, description: 'Mine', targets }])];
    });
    expect(await editors[0]!.ensurePanel('service', PANEL)).toBe(7);
    expect(grafana.state.dashboard('service')['version']).toBe(2);
  });

  it.each([
    ['another title', { ...PANEL, title: 'Sales' }],
    ['other queries', { ...PANEL, targets: [{ refId: 'A', expr: 'sales' }] }],
    ['more queries', { ...PANEL, targets: [...PANEL.targets, ...PANEL.targets] }],
  ])('is another one with %s', async (_, other) => {
    const { editors } = await started();
    expect(await editors[0]!.ensurePanel('service', other)).toBe(2);
    expect(await editors[0]!.ensurePanel('service', PANEL)).toBe(3);
  });

  it('is added each time where it has no queries by which to know it', async () => {
    const { editors } = await started();
    const text = { type: 'text', title: 'Notes' };
    expect(await editors[0]!.ensurePanel('service', text)).toBe(2);
    expect(await editors[0]!.ensurePanel('service', text)).toBe(3);
  });
});
