import { isDeepStrictEqual } from 'node:util';
import { asSent } from './arguments.ts';
import { isObject, textField } from './json.ts';
import type { DataSourceBody, GrafanaDataSource } from './model.ts';
import type { Call, Transport } from './transport.ts';

const isWritten = (content: unknown): boolean => isObject(content) && isObject(content['datasource']);
const written = (content: unknown): GrafanaDataSource => (content as { datasource: GrafanaDataSource }).datasource;

export function readDataSource(uid: string): Call {
  return {
    method: 'GET',
    path: ['datasources', 'uid', uid],
    needs: 'Admin (datasources:read)',
    isRight: (source) => textField(source, 'uid') !== '',
  };
}

/** Creates a data source, once. */
export function createSource(transport: Transport, body: DataSourceBody): Promise<GrafanaDataSource> {
  const needs = 'Admin (datasources:create)';
  const call: Call = { method: 'POST', path: ['datasources'], body, needs, isRight: isWritten };
  return transport.once(call, written, async (look) => {
    const found = body.uid === undefined ? null : ((await look(readDataSource(body.uid))) as GrafanaDataSource | null);
    return found && holds(found, body) ? found : undefined;
  });
}

/** Puts a data source in place of another, once: a second time its version would not be the right one any more. */
export function replaceSource(transport: Transport, uid: string, body: DataSourceBody): Promise<GrafanaDataSource> {
  const needs = 'Admin (datasources:write)';
  const call: Call = { method: 'PUT', path: ['datasources', 'uid', uid], body, needs, isRight: isWritten };
  const { version } = body;
  return transport.once(call, written, async (look) => {
    const found = version === undefined ? null : ((await look(readDataSource(uid))) as GrafanaDataSource | null);
    return found?.version === (version ?? 0) + 1 && holds(found, body) ? found : undefined;
  });
}

/** Whether all that was sent is there; secrets are not told, and the version is counted up. */
function holds(found: GrafanaDataSource, sent: DataSourceBody): boolean {
  // in whatever order Grafana gives the keys
  return Object.entries(asSent(sent)).every(
    ([key, value]) => key === 'version' || key === 'secureJsonData' || isDeepStrictEqual(found[key], value),
  );
}
