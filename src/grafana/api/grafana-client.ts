import type { OnceLogger } from '../../base/logger.ts';
import type { GrafanaAlertRule } from '../alert-rules.ts';
import { annotateOnce } from './annotation-calls.ts';
import { ADVICE } from './answer-error.ts';
import { MOST_VERSIONS, changesIn, readDashboard, readVersions, save } from './dashboard-calls.ts';
import { createSource, readDataSource, replaceSource } from './data-source-calls.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject, textField } from './json.ts';
import type {
  DashboardChange,
  DashboardSave,
  DataSourceBody,
  GrafanaDataSource,
  GrafanaFolder,
  GrafanaHealth,
  NewAnnotation,
  SavedDashboard,
  StoredAlertRule,
  StoredDashboard,
  StoredRuleGroup,
} from './model.ts';
import type { Call, TransportOptions } from './transport.ts';
import { Transport } from './transport.ts';

const OLDEST_MAJOR = 10;
const NEWEST_MAJOR = 13;

const hasUid = (content: unknown): boolean => textField(content, 'uid') !== '';

export interface GrafanaClientOptions extends TransportOptions {
  /** Told once of a Grafana that is newer than those it was made for. */
  readonly logger?: OnceLogger | undefined;
}

/**
 * Calls to one Grafana, versions 10 to 13. Transient failures are tried again a few times, what is not repeatable only after a look
 * whether it has happened. All methods reject with {@link GrafanaError} and with nothing else; none keeps the process alive.
 */
export class GrafanaClient {
  readonly #transport: Transport;
  readonly #logger: OnceLogger | undefined;

  /** @throws TypeError where the URL is none */
  constructor(options: GrafanaClientOptions) {
    this.#transport = new Transport(options);
    this.#logger = options.logger;
  }

  /** Who answers there. @throws GrafanaError `too_old` before version 10, `not_grafana` where it is something else */
  async health(): Promise<GrafanaHealth> {
    const isRight = (content: unknown): boolean => textField(content, 'database') !== '';
    const content = await this.#transport.repeat({ method: 'GET', path: ['health'], needs: 'Viewer', isRight });
    const version = textField(content, 'version');
    const major = Number(/^v?(\d{1,4})\b/.exec(version)?.[1] ?? 0);
    if (major !== 0 && major < OLDEST_MAJOR) {
      const advice = ADVICE.too_old({ method: 'GET', path: '/api/health', needs: 'Viewer' });
      throw new GrafanaError(`Grafana ${major} is too old`, { kind: 'too_old', advice });
    }
    if (major > NEWEST_MAJOR) {
      const range = `${OLDEST_MAJOR} to ${NEWEST_MAJOR}`;
      this.#logger?.warnOnce('grafana version', `Grafana ${major} is newer than what this was made for (${range})`);
    }
    return { version, database: textField(content, 'database'), major };
  }

  /** A dashboard with all its fields; null where there is none. */
  async getDashboard(uid: string): Promise<StoredDashboard | null> {
    return (await this.#transport.find(readDashboard(uid))) as StoredDashboard | null;
  }

  /**
   * Saves a dashboard, once: where the answer is lost, the list of versions tells whether it has happened.
   *
   * @throws GrafanaError `conflict` where somebody else saved it since the version that was read; it was not saved then
   */
  saveDashboard(request: DashboardSave): Promise<SavedDashboard> {
    return save(this.#transport, request);
  }

  /** The newest version of a dashboard; null where there is no dashboard. */
  async lastChange(uid: string): Promise<DashboardChange | null> {
    return (await this.changes(uid, 1))[0] ?? null;
  }

  /** The newest versions of a dashboard, newest first; none where there is no dashboard. */
  async changes(uid: string, limit: number = MOST_VERSIONS): Promise<readonly DashboardChange[]> {
    return changesIn(await this.#transport.find(readVersions(uid, limit)));
  }

  /** A folder; null where there is none. */
  async getFolder(uid: string): Promise<GrafanaFolder | null> {
    return (await this.#transport.find(readFolder(uid))) as GrafanaFolder | null;
  }

  /** @throws GrafanaError `conflict` where there is one with this uid */
  createFolder({ uid, title }: { readonly uid: string; readonly title: string }): Promise<GrafanaFolder> {
    const needs = 'Editor (folders:create)';
    const call: Call = { method: 'POST', path: ['folders'], body: { uid, title }, needs, isRight: hasUid };
    return this.#transport.once(
      call,
      (content) => content as GrafanaFolder,
      async (look) => ((await look(readFolder(uid))) as GrafanaFolder | null) ?? undefined,
    );
  }

  /** A data source; null where there is none. */
  async getDataSource(uid: string): Promise<GrafanaDataSource | null> {
    return (await this.#transport.find(readDataSource(uid))) as GrafanaDataSource | null;
  }

  /** @throws GrafanaError `conflict` where there is one with this uid or name */
  createDataSource(source: DataSourceBody): Promise<GrafanaDataSource> {
    return createSource(this.#transport, source);
  }

  /**
   * Puts a data source in place of another.
   *
   * @throws GrafanaError `not_found`; `provisioned` where it comes from a file; `conflict` where it is not the `version` that was read
   */
  updateDataSource(uid: string, source: DataSourceBody): Promise<GrafanaDataSource> {
    return replaceSource(this.#transport, uid, source);
  }

  /** An alert rule with its provenance, which its group does not tell; null where there is none. */
  async getAlertRule(uid: string): Promise<StoredAlertRule | null> {
    return (await this.#transport.find(ruleCall('GET', ['alert-rules', uid], hasUid))) as StoredAlertRule | null;
  }

  /** Deletes an alert rule; where there is none, nothing is to be done. @throws GrafanaError `provisioned` where it comes from a file */
  async deleteAlertRule(uid: string): Promise<void> {
    await this.#transport.find(ruleCall('DELETE', ['alert-rules', uid]));
  }

  /** A group of alert rules, without their provenance; null where there is none. */
  async getRuleGroup(folderUid: string, group: string): Promise<StoredRuleGroup | null> {
    const isGroup = (content: unknown): boolean => isObject(content) && Array.isArray(content['rules']);
    const call = ruleCall('GET', ['folder', folderUid, 'rule-groups', group], isGroup);
    return (await this.#transport.find(call)) as StoredRuleGroup | null;
  }

  /** Puts a group of alert rules in place of another: rules that are not named are deleted. `interval` is in whole seconds. */
  async setRuleGroup(
    folderUid: string,
    group: string,
    { interval, rules }: { readonly interval: number; readonly rules: readonly GrafanaAlertRule[] },
  ): Promise<void> {
    const body = { title: group, folderUid, interval, rules };
    await this.#transport.repeat(ruleCall('PUT', ['folder', folderUid, 'rule-groups', group], undefined, body));
  }

  /** Makes an annotation, once: where the answer is lost, one with the same text at the same time counts as this one. */
  annotate(annotation: NewAnnotation): Promise<{ readonly id: number }> {
    return annotateOnce(this.#transport, annotation);
  }
}

function readFolder(uid: string): Call {
  return { method: 'GET', path: ['folders', uid], needs: 'Viewer (folders:read)', isRight: hasUid };
}

function ruleCall(
  method: Call['method'],
  path: readonly string[],
  isRight?: (content: unknown) => boolean,
  body?: unknown,
): Call {
  return {
    method,
    path: ['v1', 'provisioning', ...path],
    // older versions give these to nobody else
    needs: 'Admin (alert.provisioning:read/write)',
    ...(isRight && { isRight }),
    ...(body !== undefined && { body }),
  };
}
