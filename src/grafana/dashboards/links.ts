import type { ResolvedConfig } from '../../config/schema.ts';
import { dashboardUid } from '../identity.ts';
import type { DashboardKind } from '../identity.ts';

/** Where a click leads: a path within Grafana. */
export interface PanelLink {
  readonly title: string;
  readonly url: string;
}

/** Another dashboard, with the same time and variables. */
export function linkTo(kind: DashboardKind, title: string, config: ResolvedConfig): PanelLink {
  return { title, url: `/d/${dashboardUid(kind, config)}?\${__url_time_range}&\${__all_variables}` };
}

/** The Service dashboard of the instance in a table's row, whose columns are called Job and Instance. */
export function linkToInstance(config: ResolvedConfig): PanelLink {
  const query = [
    'var-job=${__data.fields.Job}',
    'var-instance=${__data.fields.Instance}',
    '${datasource:queryparam}',
    '${__url_time_range}',
  ];
  return {
    title: 'Service dashboard of ${__value.text}',
    url: `/d/${dashboardUid('service', config)}?${query.join('&')}`,
  };
}
