import { DashboardEditor } from '../../../../src/grafana/api/edits.ts';
import type { GrafanaPanel, NewPanel } from '../../../../src/grafana/api/model.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';

afterEach(closeLeftovers);

const PANEL = {
  id: 1,
  type: 'timeseries',
  title: 'Messages',
  datasource: { type: 'prometheus', uid: 'mine' },
  fieldConfig: { defaults: { unit: 'ms' } },
  targets: [{ refId: 'A', expr: 'up' }],
};

async function started(): Promise<{ readonly grafana: FakeGrafana; readonly editor: DashboardEditor }> {
  const grafana = await FakeGrafana.start();
  grafana.state.putDashboard({ uid: 'service', title: 'Service', panels: [PANEL] });
  return { grafana, editor: new DashboardEditor(clientOf(grafana)) };
}

const panelIn = (grafana: FakeGrafana): unknown => (grafana.state.dashboard('service')['panels'] as unknown[])[0];
/** What only JavaScript can hand over. */
const odd = (value: unknown): never => value as never;

describe('a change of a panel', () => {
  const expressions: readonly (readonly [string, (panel: GrafanaPanel) => unknown, object])[] = [
    ['an assignment', (panel) => (panel['options'] = { legend: {} }), { options: { legend: {} } }],
    [
      'an assignment of what has a type too',
      (panel) => (panel['datasource'] = { type: 'loki', uid: 'logs' }),
      { datasource: { type: 'loki', uid: 'logs' } },
    ],
    ['what was there', (panel) => Object.assign(panel['fieldConfig'] as object, { a: 1 }), { fieldConfig: { a: 1 } }],
    ['what was taken out', (panel) => (panel['targets'] as unknown[]).pop(), { targets: [] }],
    [
      'what was taken out that has a type',
      (panel) => {
        const { datasource } = panel;
        delete panel['datasource'];
        return datasource;
      },
      { datasource: undefined },
    ],
    ['a list', (panel) => (panel['links'] = []), { links: [] }],
    ['something else', (panel) => Object.assign({ else: 1 }, void (panel.title = 'Else')), { title: 'Else' }],
    ['the panel', (panel) => Object.assign(panel, { title: 'Same' }), { title: 'Same' }],
    ['another panel', ({ id: _, ...panel }) => ({ ...panel, title: 'Another' }), { title: 'Another' }],
    ['another one with its id', (panel) => ({ ...panel, title: 'Another' }), { title: 'Another' }],
  ];

  it.each(expressions)('is in effect, and the rest kept, where it gives back %s', async (_, change, expected) => {
    const { grafana, editor } = await started();
    await editor.updatePanel('service', 1, odd(change));
    const { fieldConfig, ...rest } = expected as { fieldConfig?: object };
    const kept = { ...PANEL, ...rest, fieldConfig: { ...PANEL.fieldConfig, ...fieldConfig } };
    expect(panelIn(grafana)).toEqual(kept);
  });

  it('takes no panel with another id in its place', async () => {
    const { grafana, editor } = await started();
    const error = await grafanaError(editor.updatePanel('service', 1, (panel) => ({ ...panel, id: 2 })));
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining('another id') as unknown });
    expect(panelIn(grafana)).toEqual(PANEL);
  });
});

describe('an asynchronous change', () => {
  it('is refused, and its end disturbs nobody', async () => {
    const { grafana, editor } = await started();
    const rejections: unknown[] = [];
    const hear = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', hear);
    const later: (thing: { title?: string }) => unknown = async (thing) => {
      thing.title = 'Lost';
      await Promise.resolve();
      throw new Error('later');
    };
    for (const edit of [editor.updatePanel('service', 1, odd(later)), editor.updateDashboard('service', odd(later))]) {
      const error = await grafanaError(edit);
      expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining('asynchronous') as unknown });
    }
    // unheard rejections are told after the microtasks
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    expect(rejections).toEqual([]);
    expect(panelIn(grafana)).toEqual(PANEL);
  });
});

describe('what no type check has seen', () => {
  const nothing = (): void => undefined;
  const calls: readonly (readonly [string, (editor: DashboardEditor) => Promise<unknown>, string])[] = [
    ['no uid', (editor) => editor.updateDashboard(odd(undefined), nothing), 'the uid of a dashboard, a text; got un'],
    ['an empty uid', (editor) => editor.addPanel('', { type: 'stat' }), 'the uid of a dashboard, a text; got an empty'],
    ['no change', (editor) => editor.updateDashboard('service', odd(undefined)), 'a function that changes the dashb'],
    [
      'no change of a panel',
      (editor) => editor.updatePanel('service', 1, odd({})),
      'a function that changes the panel',
    ],
    [
      'an id that is a text',
      (editor) => editor.updatePanel('service', odd('x'), nothing),
      'the id of a panel, a whole',
    ],
    [
      'an id to remove that is none',
      (editor) => editor.removePanel('service', NaN),
      'the id of a panel, a whole number',
    ],
    ['no panel', (editor) => editor.addPanel('service', odd(undefined)), 'a panel, an object with a `type`'],
    ['a panel without a type', (editor) => editor.addPanel('service', odd({ type: undefined })), 'with a `type`'],
    ['no panel to be ensured', (editor) => editor.ensurePanel('service', odd(null)), 'with a `type`'],
    [
      'a place without numbers',
      (editor) => editor.addPanel('service', odd({ type: 'a', gridPos: {} })),
      '{ x, y, w, h }',
    ],
    [
      'a new id that is a text',
      (editor) => editor.addPanel('service', odd({ type: 'a', id: '1' })),
      'the id of a panel',
    ],
  ];

  it.each(calls)('is refused with what was expected, and nothing is sent: %s', async (_, call, expected) => {
    const { grafana, editor } = await started();
    const error = await grafanaError(call(editor));
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining(expected) as unknown });
    expect(error.message).toMatch(/^expected .*; got /);
    expect(grafana.requests).toEqual([]);
  });

  it.each([
    ['a text in place of tags', { text: 'x', tags: 'deployment' }, 'expected the tags, a list of texts'],
    ['a tag that is none', { text: 'x', tags: [1] }, 'expected the tags, a list of texts'],
    ['no text', { text: undefined, tags: [] }, 'expected what the annotation says, a text'],
  ])('makes no annotation: %s', async (_, annotation, expected) => {
    const { grafana } = await started();
    const error = await grafanaError(clientOf(grafana).annotate(odd({ ...annotation, timeMs: 1 })));
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining(expected) as unknown });
    expect(grafana.requests).toEqual([]);
  });

  const self: Record<string, unknown> = {};
  self['self'] = self;
  it.each([
    ['panels that are a text', { panels: 'x' }, 'its panels are no list of panels'],
    ['a panel that is none', { panels: [1] }, 'its panels are no list of panels'],
    ['a BigInt', { count: 1n }, 'is no JSON: TypeError: Do not know how to serialize a BigInt'],
    ['a circle', { self }, 'is no JSON: TypeError: Converting circular structure to JSON'],
  ])('is not saved in a dashboard: %s', async (_, fields, expected) => {
    const { grafana, editor } = await started();
    const edit = editor.updateDashboard('service', (dashboard) => void Object.assign(dashboard, fields));
    const error = await grafanaError(edit);
    expect(error).toMatchObject({ kind: 'invalid', message: expect.stringContaining(expected) as unknown });
    expect(error.message).not.toContain('\n');
    expect(grafana.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is refused in a new panel too', async () => {
    const { grafana, editor } = await started();
    const panel: NewPanel = { type: 'stat', options: { count: 1n } };
    expect(await grafanaError(editor.addPanel('service', panel))).toMatchObject({ kind: 'invalid' });
    expect(grafana.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});
