import { changesOf } from '../../../src/config/changes.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';

const before = resolveConfig('code');

describe('changesOf', () => {
  it('finds nothing in equal documents', () => {
    expect(changesOf(before, resolveConfig('code'))).toEqual({ live: [], restart: [], withoutEffect: [] });
  });

  it('names each key that differs, apart by whether it takes effect at once', () => {
    const after = resolveConfig('code', {
      service_name: 'chat',
      sampling_interval_ms: 100,
      prometheus: { port: 1, labels: { a: '1' } },
      logging: { level: 'debug' },
      grafana: { enabled: true },
      live: { enabled: true },
      alerts: { latency_threshold_ms: 500, channels: { alertmanager: { urls: ['http://127.0.0.1:9093'] } } },
    });
    expect(changesOf(before, after)).toEqual({
      live: [
        'alerts.channels.alertmanager',
        'alerts.thresholds.critical_latency_ms',
        'alerts.thresholds.high_latency_ms',
        'grafana.enabled',
        'logging.level',
        'sampling_interval_ms',
      ],
      restart: ['prometheus.labels.a', 'prometheus.port', 'service_name'],
      withoutEffect: ['live.enabled'],
    });
  });

  it('takes a list as a whole', () => {
    const rules = [{ name: 'slow', metric: 'realtime.latency', statistic: 'p99', threshold: 1 }] as const;
    const after = resolveConfig('code', { alerts: { rules: [...rules] }, websocket: { routes: ['/a'] } });
    expect(changesOf(before, after)).toEqual({
      live: ['alerts.rules'],
      restart: ['websocket.routes'],
      withoutEffect: [],
    });
  });
});
