import type { FakeAlertRules } from './alert-rules.ts';
import type { FakeAnnotations } from './annotations.ts';
import type { FakeDashboards } from './dashboards.ts';
import type { FakeDataSources } from './data-sources.ts';
import type { FakeFolders } from './folders.ts';
import { Refusal, ok } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeRequest, Role } from './request.ts';

/** All that the stand-in keeps. */
export interface Kept {
  readonly dashboards: FakeDashboards;
  readonly folders: FakeFolders;
  readonly dataSources: FakeDataSources;
  readonly alertRules: FakeAlertRules;
  readonly annotations: FakeAnnotations;
}

interface Route {
  readonly method: string;
  /** `:x` stands for one piece. */
  readonly path: string;
  readonly needs: Role;
  readonly answer: (request: FakeRequest, pieces: readonly string[]) => Reply;
}

/** The paths are read (R), which role each takes is from memory (U). */
export function routesOf(kept: Kept, major: number): readonly Route[] {
  const { dashboards, folders, dataSources, alertRules, annotations } = kept;
  const route = (method: string, path: string, needs: Role, answer: Route['answer']): Route => ({
    method,
    path,
    needs,
    answer,
  });
  const rule = '/api/v1/provisioning/alert-rules/:uid';
  // U: before 11 only Admin has these permissions
  const [rulesRead, rulesWrite]: readonly [Role, Role] = major <= 10 ? ['Admin', 'Admin'] : ['Viewer', 'Editor'];
  const group = '/api/v1/provisioning/folder/:folder/rule-groups/:group';
  return [
    route('POST', '/api/dashboards/db', 'Editor', (request) => dashboards.save(request)),
    route('GET', '/api/dashboards/uid/:uid', 'Viewer', (_, [uid = '']) => dashboards.get(uid)),
    route('DELETE', '/api/dashboards/uid/:uid', 'Editor', (_, [uid = '']) => dashboards.remove(uid)),
    route('GET', '/api/dashboards/uid/:uid/versions', 'Editor', ({ query }, [uid = '']) =>
      dashboards.versions(uid, query),
    ),
    route('POST', '/api/dashboards/uid/:uid/restore', 'Editor', (request, [uid = '']) =>
      dashboards.restore(uid, request),
    ),
    route('POST', '/api/folders', 'Editor', (request) => folders.create(request)),
    route('GET', '/api/folders/:uid', 'Viewer', (_, [uid = '']) => folders.get(uid)),
    route('PUT', '/api/folders/:uid', 'Editor', (request, [uid = '']) => folders.update(uid, request)),
    route('POST', '/api/datasources', 'Admin', (request) => dataSources.create(request)),
    route('GET', '/api/datasources/uid/:uid', 'Admin', (_, [uid = '']) => dataSources.get(uid)),
    route('PUT', '/api/datasources/uid/:uid', 'Admin', (request, [uid = '']) => dataSources.update(uid, request)),
    route('GET', '/api/datasources/uid/:uid/health', 'Viewer', (_, [uid = '']) => dataSources.health(uid)),
    // R: 404 from 13 on
    route('GET', '/api/datasources/:id', 'Admin', (_, [id]) => {
      const found = [...dataSources.all.values()].find((source) => String(source['id']) === id);
      if (major >= 13 || !found) throw new Refusal(404, major >= 13 ? 'Not found' : 'Data source not found');
      return ok({ ...found });
    }),
    route('GET', rule, rulesRead, (_, [uid = '']) => alertRules.get(uid)),
    route('DELETE', rule, rulesWrite, (request, [uid = '']) => alertRules.remove(uid, request)),
    route('GET', group, rulesRead, (_, [folder = '', name = '']) => alertRules.group(folder, name)),
    route('PUT', group, rulesWrite, (request, [folder = '', name = '']) => alertRules.setGroup(folder, name, request)),
    route('POST', '/api/annotations', 'Editor', (request) => annotations.create(request)),
    route('GET', '/api/annotations', 'Viewer', ({ query }) => annotations.list(query)),
  ];
}

/** The route of a request, and what stands at its `:x`. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly pieces: readonly string[] } | undefined {
  const given = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits =
      wanted.length === given.length && wanted.every((piece, i) => piece.startsWith(':') || piece === given[i]);
    if (!fits || route.method !== method) continue;
    const pieces = given.filter((_, i) => wanted[i]?.startsWith(':')).map((piece) => decodeURIComponent(piece));
    return { route, pieces };
  }
  return undefined;
}
