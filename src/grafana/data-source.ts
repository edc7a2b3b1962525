import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';

/** The data source of the dashboards and alert rules, as files and the API take it. Holds no secret. */
export interface PrometheusDataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: 'prometheus';
  readonly access: 'proxy';
  readonly url: string;
  readonly jsonData: {
    readonly httpMethod: 'POST';
    /** How often there is a new value: `15s`. */
    readonly timeInterval: string;
    readonly prometheusType: 'Prometheus';
    readonly manageAlerts: true;
  };
}

export function prometheusDataSource({
  grafana: { datasource },
  prometheus,
}: Pick<ResolvedConfig, 'grafana' | 'prometheus'>): PrometheusDataSource {
  return {
    uid: datasource.uid,
    name: datasource.name,
    type: 'prometheus',
    access: 'proxy',
    url: datasource.url,
    jsonData: {
      httpMethod: 'POST',
      timeInterval: promDuration(prometheus.scrape_interval_ms),
      prometheusType: 'Prometheus',
      manageAlerts: true,
    },
  };
}
