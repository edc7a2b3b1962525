import { FakeAlertRules } from './alert-rules.ts';
import { FakeAnnotations } from './annotations.ts';
import { FakeDashboards } from './dashboards.ts';
import { FakeDataSources } from './data-sources.ts';
import { FakeFolders } from './folders.ts';
import type { FakeRequest, Json } from './request.ts';

/** What the stand-in keeps, for tests to read and to change as a person would in Grafana's pages. */
export class FakeState {
  readonly folders: FakeFolders;
  readonly dashboards: FakeDashboards;
  readonly dataSources = new FakeDataSources();
  readonly alertRules: FakeAlertRules;
  readonly annotations = new FakeAnnotations();

  constructor(major: number) {
    this.folders = new FakeFolders(major);
    this.dashboards = new FakeDashboards(major, this.folders);
    this.alertRules = new FakeAlertRules(major, this.folders);
  }

  /** The dashboard as it is kept. @throws where there is none */
  dashboard(uid: string): Json {
    const kept = this.dashboards.all.get(uid);
    if (!kept) throw new Error(`there is no dashboard ${uid}`);
    return kept.dashboard;
  }

  putFolder(uid: string, title = uid): void {
    this.folders.create(requestOf({ uid, title }));
  }

  /** Saves a dashboard as an administrator does, over whatever is there. */
  putDashboard(dashboard: Json, folderUid = '', message = ''): void {
    this.dashboards.save(requestOf({ dashboard, folderUid, message, overwrite: true }));
  }

  /** Reads, changes and saves a dashboard as a person does in the page. Gives back the new version. */
  editByHand(uid: string, change: (dashboard: Json) => void, message = ''): number {
    return this.dashboards.editByHand(uid, change, message);
  }

  /** Moves a dashboard to another folder as a person does in the page. Gives back the new version. */
  moveByHand(uid: string, folderUid: string): number {
    return this.dashboards.moveByHand(uid, folderUid);
  }

  /** From now on the dashboard comes from a file. */
  provisionDashboard(uid: string, file: string): void {
    const kept = this.dashboards.all.get(uid);
    if (kept) kept.provisioned = file;
  }

  /** From now on the data source comes from a file. */
  provisionDataSource(uid: string): void {
    const source = this.dataSources.all.get(uid);
    if (source) source.readOnly = true;
  }

  /** From now on the alert rule comes from a file. */
  provisionAlertRule(uid: string): void {
    const rule = this.alertRules.all.get(uid);
    if (rule) rule['provenance'] = 'file';
  }

  /** Changes an alert rule as a person does in the page. */
  editRuleByHand(uid: string, change: (rule: Json) => void): void {
    const rule = this.alertRules.all.get(uid);
    if (rule) change(rule);
  }
}

function requestOf(body: Json): FakeRequest {
  return { method: 'POST', path: '', query: new URLSearchParams(), headers: {}, body, sizeBytes: 0, login: 'admin' };
}
