import { DashboardEditor } from '../../../../src/grafana/api/edits.ts';
import type { GrafanaDashboard, GrafanaPanel } from '../../../../src/grafana/api/model.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';
import { waitFor } from '../../../support/wait-for.ts';

afterEach(closeLeftovers);

const QUICK = { tries: 5, firstMs: 1, longestMs: 2 };

/** An open row, a collapsed one, and a field that nobody knows. */
function service(): Record<string, unknown> {
  return {
    uid: 'service',
    title: 'Service',
    unknown: { kept: true },
    panels: [
      { id: 1, type: 'row', title: 'Traffic', collapsed: false, panels: [], gridPos: { x: 0, y: 0, w: 24, h: 1 } },
      { id: 2, type: 'timeseries', title: 'Messages', gridPos: { x: 0, y: 1, w: 12, h: 8 }, mine: [1] },
      {
        id: 3,
        type: 'row',
        title: 'Details',
        collapsed: true,
        gridPos: { x: 0, y: 9, w: 24, h: 1 },
        panels: [{ id: 7, type: 'stat', title: 'Queues', gridPos: { x: 0, y: 10, w: 6, h: 5 } }],
      },
      { id: 4, type: 'table', title: 'Errors', gridPos: { x: 0, y: 10, w: 24, h: 6 } },
    ],
  };
}

async function started(): Promise<{ readonly grafana: FakeGrafana; readonly editor: DashboardEditor }> {
  const grafana = await FakeGrafana.start();
  grafana.state.putFolder('ours');
  grafana.state.putDashboard(service(), 'ours');
  return { grafana, editor: new DashboardEditor(clientOf(grafana), { patience: QUICK }) };
}

function panelsOf(grafana: FakeGrafana): GrafanaPanel[] {
  return grafana.state.dashboard('service')['panels'] as GrafanaPanel[];
}

const saves = (grafana: FakeGrafana): number => grafana.requests.filter(({ method }) => method === 'POST').length;
const rename =
  (title: string) =>
  (dashboard: GrafanaDashboard): void => {
    dashboard.title = title;
  };

describe('updateDashboard', () => {
  it('changes a dashboard and keeps its folder and all that it does not know', async () => {
    const { grafana, editor } = await started();
    const outcome = await editor.updateDashboard('service', rename('Renamed'), 'Because');
    expect(outcome).toMatchObject({ changed: true, version: 2, dashboard: { title: 'Renamed', version: 2 } });
    expect(grafana.state.dashboard('service')).toEqual({ ...service(), title: 'Renamed', id: 1, version: 2 });
    expect(grafana.state.dashboards.all.get('service')).toMatchObject({ folderUid: 'ours' });
    expect(grafana.state.dashboards.all.get('service')?.versions.at(-1)?.message).toMatch(/^Because \[/);
  });

  it('takes another dashboard in its place, in whatever order its fields are', async () => {
    const { grafana, editor } = await started();
    await editor.updateDashboard('service', ({ uid, title, ...rest }) => ({ ...rest, title: `${title}!`, uid: uid! }));
    expect(grafana.state.dashboard('service')['title']).toBe('Service!');
    const same = await editor.updateDashboard('service', ({ uid, ...rest }) => ({ ...rest, uid: uid! }));
    expect(same).toMatchObject({ changed: false, version: 2 });
  });

  it('saves nothing where nothing changes, not even by the version, the id or the uid', async () => {
    const { grafana, editor } = await started();
    const outcome = await editor.updateDashboard('service', (dashboard) => {
      Object.assign(dashboard, { version: 99, id: 5, uid: 'other' });
    });
    expect(outcome).toMatchObject({ changed: false, version: 1 });
    expect(saves(grafana)).toBe(0);
  });

  it('does not take the value of an expression for the dashboard', async () => {
    const { grafana, editor } = await started();
    await editor.updateDashboard('service', (dashboard): void => void dashboard.panels?.push({ id: 9 }));
    await editor.updateDashboard('service', (dashboard) => dashboard.panels?.push({ id: 10 }) as never);
    expect(panelsOf(grafana).map(({ id }) => id)).toEqual([1, 2, 3, 4, 9, 10]);
    await editor.updateDashboard('service', (dashboard) => dashboard.panels?.pop());
    await editor.updateDashboard('service', (dashboard) => (dashboard['time'] = { from: 'now-1h' }));
    expect(panelsOf(grafana).map(({ id }) => id)).toEqual([1, 2, 3, 4, 9]);
    expect(grafana.state.dashboard('service')['time']).toEqual({ from: 'now-1h' });
    const other = editor.updateDashboard('service', () => ({ uid: 'other', title: 'Other' }));
    expect(await grafanaError(other)).toMatchObject({ kind: 'invalid' });
  });

  it('reads and changes again what somebody else saved in the meantime', async () => {
    const { grafana, editor } = await started();
    const seen: (string | undefined)[] = [];
    await editor.updateDashboard('service', (dashboard) => {
      seen.push(dashboard.title);
      if (seen.length <= 2) grafana.state.editByHand('service', (mine) => (mine['title'] = `By hand ${seen.length}`));
      dashboard['ours'] = true;
    });
    expect(seen).toEqual(['Service', 'By hand 1', 'By hand 2']);
    expect(grafana.state.dashboard('service')).toMatchObject({ title: 'By hand 2', ours: true, version: 4 });
  });

  it('gives up after so many vain tries', async () => {
    const { grafana, editor } = await started();
    let turns = 0;
    const racing = editor.updateDashboard('service', (dashboard) => {
      grafana.state.editByHand('service', (mine) => (mine['turn'] = turns += 1));
      dashboard.title = 'Never';
    });
    expect(await grafanaError(racing)).toMatchObject({ kind: 'conflict', mayHaveHappened: false });
    expect(turns).toBe(QUICK.tries);
    expect(grafana.state.dashboard('service')['title']).toBe('Service');
  });

  it('cannot tell of a save without an answer that is no longer in the list of versions, and says so', async () => {
    const { grafana, editor } = await started();
    grafana.fail({ kind: 'cut-after' }, 1, ({ method }) => {
      if (method !== 'POST') return false;
      queueMicrotask(() => {
        for (let turn = 0; turn < 25; turn += 1) grafana.state.editByHand('service', (mine) => (mine['turn'] = turn));
      });
      return true;
    });
    const error = await grafanaError(editor.updateDashboard('service', rename('Once')));
    expect(error).toMatchObject({ kind: 'conflict', mayHaveHappened: true });
    expect(saves(grafana)).toBe(1);
  });

  it('applies edits of one dashboard one after the other, and goes on after one that fails', async () => {
    const { grafana, editor } = await started();
    const add = (mark: string) => (dashboard: GrafanaDashboard) => {
      dashboard['marks'] = [...((dashboard['marks'] as string[] | undefined) ?? []), mark];
    };
    const broken = (): void => {
      throw new RangeError('mine');
    };
    const edits = [add('a'), broken, add('b'), add('c')].map((change) => editor.updateDashboard('service', change));
    const results = await Promise.allSettled(edits);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: expect.any(RangeError) as unknown });
    expect(grafana.state.dashboard('service')['marks']).toEqual(['a', 'b', 'c']);
    expect(grafana.requests.every(({ status }) => status === 200)).toBe(true);
  });

  it('says where a dashboard is changed that comes from a file, and does not try', async () => {
    const { grafana, editor } = await started();
    grafana.state.provisionDashboard('service', 'service.json');
    const error = await grafanaError(editor.updateDashboard('service', rename('Mine')));
    expect(error).toMatchObject({
      kind: 'provisioned',
      message: 'the dashboard service comes from the file service.json',
    });
    expect(error.advice).toContain('allowUiUpdates');
    expect(saves(grafana)).toBe(0);
  });

  it('says that there is no such dashboard, before and after it was read', async () => {
    const { grafana, editor } = await started();
    expect(await grafanaError(editor.updateDashboard('none', rename('A')))).toMatchObject({ kind: 'not_found' });
    const deleted = editor.updateDashboard('service', (dashboard) => {
      grafana.state.dashboards.remove('service');
      dashboard.title = 'Back';
    });
    expect(await grafanaError(deleted)).toMatchObject({ kind: 'not_found' });
    expect(grafana.state.dashboards.all.size).toBe(0);
  });

  it('ends at once when it is told to', async () => {
    const { grafana } = await started();
    const abort = new AbortController();
    const { signal } = abort;
    const patience = { tries: 5, firstMs: 60_000, longestMs: 60_000 };
    const editor = new DashboardEditor(clientOf(grafana, { signal }), { signal, patience });
    const edit = grafanaError(
      editor.updateDashboard('service', (dashboard) => {
        grafana.state.editByHand('service', (mine) => (mine['title'] = 'By hand'));
        dashboard.title = 'Ours';
      }),
    );
    await waitFor('the conflict', () => grafana.requests.some(({ status }) => status === 412));
    abort.abort();
    expect(await edit).toMatchObject({ kind: 'aborted' });
  });
});

describe('panels', () => {
  it('get the next free id and a place below the others', async () => {
    const { grafana, editor } = await started();
    expect(await editor.addPanel('service', { type: 'stat', title: 'Mine', options: { a: 1 } })).toBe(8);
    const gridPos = { x: 0, y: 16, w: 12, h: 8 };
    expect(panelsOf(grafana).at(-1)).toEqual({ type: 'stat', title: 'Mine', options: { a: 1 }, id: 8, gridPos });
  });

  it('keep an id and a place of their own', async () => {
    const { grafana, editor } = await started();
    const gridPos = { x: 12, y: 1, w: 12, h: 8 };
    expect(await editor.addPanel('service', { type: 'stat', id: 40, gridPos })).toBe(40);
    expect(panelsOf(grafana).at(-1)).toEqual({ type: 'stat', id: 40, gridPos });
    expect(await editor.addPanel('service', { type: 'stat' })).toBe(41);
  });

  it.each([2, 7])('are refused with the id %p of another, also of one in a collapsed row', async (id) => {
    const { grafana, editor } = await started();
    expect(await grafanaError(editor.addPanel('service', { type: 'stat', id }))).toMatchObject({ kind: 'invalid' });
    expect(saves(grafana)).toBe(0);
  });

  it('are given ids that differ when two add at the same time', async () => {
    const { grafana, editor } = await started();
    const other = new DashboardEditor(clientOf(grafana), { patience: { ...QUICK, tries: 20 } });
    const add = (who: DashboardEditor) => who.addPanel('service', { type: 'stat' });
    const ids = await Promise.all([add(editor), add(other), add(editor), add(other)]);
    expect(ids.toSorted((a, b) => a - b)).toEqual([8, 9, 10, 11]);
    expect(panelsOf(grafana).map(({ id }) => id)).toEqual([1, 2, 3, 4, 8, 9, 10, 11]);
  });

  it('are changed where they are, also in a collapsed row, and keep their id', async () => {
    const { grafana, editor } = await started();
    await editor.updatePanel('service', 2, (panel) => {
      panel.title = 'Changed';
      panel.id = 99;
    });
    await editor.updatePanel('service', 7, (panel) => ({ ...panel, title: 'Another' }));
    const [, messages, row] = panelsOf(grafana);
    expect(messages).toMatchObject({ id: 2, title: 'Changed', mine: [1] });
    expect(row?.panels).toMatchObject([{ id: 7, title: 'Another', type: 'stat' }]);
    const none = editor.updatePanel('service', 77, () => undefined);
    expect(await grafanaError(none)).toMatchObject({ kind: 'not_found' });
    expect(await editor.updatePanel('service', 2, () => undefined)).toMatchObject({ changed: false });
  });

  it('are removed, also from a collapsed row', async () => {
    const { grafana, editor } = await started();
    await editor.removePanel('service', 7);
    await editor.removePanel('service', 2);
    expect(panelsOf(grafana)).toMatchObject([{ id: 1 }, { id: 3, panels: [] }, { id: 4 }]);
    expect(await grafanaError(editor.removePanel('service', 2))).toMatchObject({ kind: 'not_found' });
  });

  it('stay when the collapsed row that they are in is removed, and what follows makes room', async () => {
    const { grafana, editor } = await started();
    await editor.removePanel('service', 3);
    expect(panelsOf(grafana).map(({ id, gridPos }) => [id, gridPos?.y])).toEqual([
      [1, 0],
      [2, 1],
      [7, 10],
      [4, 15],
    ]);
  });

  it('are not looked for in a dashboard of the newer model', async () => {
    const { grafana, editor } = await started();
    grafana.state.editByHand('service', (dashboard) => (dashboard['elements'] = {}));
    const error = await grafanaError(editor.addPanel('service', { type: 'stat' }));
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining('v2') as unknown });
  });
});
