import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, mountedAt, mountsOf, readComposition, readYaml } from '../support/composition.ts';

const { services, volumes } = readComposition();
const all = Object.entries(services);
const checked = all.filter(([, { healthcheck }]) => healthcheck);

/** Ports on which a service listens in the network of the containers. */
const portsOf = (name: string): string[] =>
  (services[name]?.ports ?? []).map((port) => port.split(':').at(-1) as string);

/** `host:port` of each address in a text that is not its own machine. */
function addressesIn(text: string): string[] {
  const addresses = [...text.matchAll(/(?:https?:\/\/|[\s"'[])([a-z][a-z-]*:\d{2,5})\b/g)];
  return addresses.map(([, address]) => address as string);
}

describe('compose.yaml', () => {
  it('runs the demo, a collector, Prometheus, Alertmanager and Grafana', () => {
    expect(Object.keys(services).sort()).toEqual(['alertmanager', 'application', 'collector', 'grafana', 'prometheus']);
  });

  it.each(all)('pins the image of %s to one release', (_, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+\.\d+(?:-[a-z]+-slim)?$/);
  });

  it.each(all)('opens ports of %s on the loopback address only', (_, { ports = [] }) => {
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  it.each(checked)('has a health check for %s that asks one of its own ports', (name, { healthcheck }) => {
    const [how, ...command] = healthcheck!.test;
    expect(how).toBe('CMD');
    expect([name, command.map((part) => typeof part)]).toEqual([name, command.map(() => 'string')]);
    const asked = [...command.join(' ').matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port);
    expect(asked).toHaveLength(1);
    expect(portsOf(name)).toContain(asked[0]);
  });

  it('has none for the collector only, whose image holds nothing that could ask, and nothing waits for it', () => {
    const unchecked = all.filter(([, { healthcheck }]) => !healthcheck).map(([name]) => name);
    expect(unchecked).toEqual(['collector']);
    const awaited = all.flatMap(([, { depends_on: needed = {} }]) => Object.keys(needed));
    expect(awaited).not.toContain('collector');
  });

  it.each(all)('mounts into %s what is there, so that it cannot be changed', (_, service) => {
    for (const { source, isReadOnly } of mountsOf(service)) {
      const isFile = source.startsWith('./');
      expect([source, isFile ? existsSync(join(ROOT, source)) : source in volumes]).toEqual([source, true]);
      expect([source, isReadOnly]).toEqual([source, isFile]);
    }
  });

  it('starts each service after those that it needs, and without a circle', () => {
    const started: string[] = [];
    const start = (name: string, path: readonly string[]): void => {
      expect(path).not.toContain(name);
      for (const [needed, { condition }] of Object.entries(services[name]!.depends_on ?? {})) {
        expect([needed, condition]).toEqual([needed, 'service_healthy']);
        start(needed, [...path, name]);
      }
      started.push(name);
    };
    for (const [name] of all) start(name, []);
    expect(started.indexOf('prometheus')).toBeLessThan(started.indexOf('grafana'));
    expect(started.indexOf('application')).toBeLessThan(started.indexOf('prometheus'));
  });

  it('uses each volume that it names', () => {
    const used = all.flatMap(([, service]) => mountsOf(service).map(({ source }) => source));
    expect(used).toEqual(expect.arrayContaining(Object.keys(volumes)));
  });

  it('names the file of the configuration for each server, where it is mounted', () => {
    const named = all.flatMap(([name, { command = [] }]) =>
      command.flatMap((part) => {
        const path = /^--config(?:\.file)?=(\/.*)$/.exec(part)?.[1];
        return path === undefined ? [] : [[name, mountedAt(services[name]!, path)]];
      }),
    );
    expect(named).toEqual([
      ['collector', 'otel-collector/collector.yaml'],
      ['prometheus', 'configs/compose/prometheus.yml'],
      ['alertmanager', 'prometheus/alertmanager.yml'],
    ]);
    const config = services['application']!.environment!['TELEMETRY_DASHBOARD_CONFIG']!;
    expect(mountedAt(services['application']!, config)).toBe('configs/compose/monitoring.json');
  });

  it.each([
    ['configs/compose/prometheus.yml', ['alertmanager:9093', 'application:9464']],
    ['configs/compose/monitoring.json', ['alertmanager:9093', 'grafana:3000', 'prometheus:9090']],
    ['configs/compose/grafana/datasources/telemetry-dashboard.yml', ['alertmanager:9093', 'prometheus:9090']],
  ])('has a service behind each address in %s', (file, expected) => {
    // one that is not found would be missed below
    const addresses = addressesIn(readFileSync(join(ROOT, file), 'utf8').replace(/^\s*#.*$/gm, ''));
    expect([...new Set(addresses)].sort()).toEqual(expected);
    for (const address of addresses) {
      const [host = '', port = ''] = address.split(':');
      expect([address, portsOf(host).includes(port)]).toEqual([address, true]);
    }
  });

  it('lets the demo listen where Prometheus can reach it', () => {
    const { command = [] } = services['application']!;
    expect(command.slice(command.indexOf('--host'))).toEqual(['--host', '0.0.0.0']);
  });

  it('has the collector listen where its ports are opened, and Prometheus take what it hands on', () => {
    const { OTLP_LISTEN_HOST: host, OTLP_ENDPOINT: endpoint = '' } = services['collector']!.environment!;
    expect(host).toBe('0.0.0.0');
    const { hostname, port, pathname } = new URL(endpoint);
    expect([hostname, pathname]).toEqual(['prometheus', '/api/v1/otlp']);
    expect(portsOf(hostname)).toContain(port);
    expect(services[hostname]!.command).toContain('--web.enable-otlp-receiver');
  });

  it('has Prometheus find its rules', () => {
    const { rule_files: rules } = readYaml('configs/compose/prometheus.yml') as { rule_files: string[] };
    for (const rule of rules) {
      const file = mountedAt(services['prometheus']!, join('/etc/prometheus', rule))!;
      expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    }
  });

  it('has Grafana find its data sources, dashboards and alert rules', () => {
    const grafana = services['grafana']!;
    const folderOf = (kind: string): string => join(ROOT, mountedAt(grafana, `/etc/grafana/provisioning/${kind}`)!);
    expect(readdirSync(folderOf('alerting')).sort()).toEqual(['contact-points.yml', 'policies.yml', 'rules.yml']);
    expect(readdirSync(folderOf('datasources'))).toEqual(['telemetry-dashboard.yml']);
    const { providers } = readYaml('grafana/dashboards/telemetry-dashboard.yml') as {
      providers: { options: { path: string } }[];
    };
    const dashboards = mountedAt(grafana, providers[0]!.options.path)!;
    expect(readdirSync(join(ROOT, dashboards)).filter((file) => file.endsWith('.json'))).toHaveLength(4);
  });

  it('holds no password, and does not start Grafana without one', () => {
    const { environment = {} } = services['grafana']!;
    expect(environment['GF_SECURITY_ADMIN_PASSWORD']).toMatch(/^\$\{GRAFANA_ADMIN_PASSWORD:\?.+\}$/);
    expect(environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    });
  });
});
