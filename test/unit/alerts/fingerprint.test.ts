import { fingerprint } from '../../../src/alerts/fingerprint.ts';

describe('fingerprint', () => {
  // what Alertmanager 0.33.1 showed for these label sets
  it.each<[string, Record<string, string>]>([
    ['d2c6efc389df0927', { alertname: 'A' }],
    [
      '06b51d4e8a325cbf',
      {
        alertname: 'high_latency',
        severity: 'warning',
        rule: 'latency',
        job: 'chat',
        instance: 'host-1:9464',
        source: 'app',
      },
    ],
    [
      'be1c861aef20f0bc',
      {
        instance: 'host-1:9464',
        source: 'handler',
        job: 'chat',
        rule: 'latency',
        severity: 'critical',
        alertname: 'critical_latency',
      },
    ],
    [
      'f6081f3560e5ed77',
      { alertname: 'high_queue_size', queue: 'Aufträge – größer 🚀', job: '日本語', instance: 'x\u0000y\ny' },
    ],
    ['fae475b734c2cfad', { alertname: 'b', Z: '1', a: '2', _: '3', A: '4', aa: '5', a_b: '6', a1: '7' }],
    ['8ce0967f3cff6b00', { alertname: 'n', '\uff5ename': 'bmp', '🚀name': 'astral', é: 'e' }],
    ['3d1da2e46178f890', { alertname: 'empty', x: 'y' }],
    ['5ad0b07410079cea', { alertname: 'long', v: 'x'.repeat(5000) }],
  ])('is %s, as Alertmanager shows it', (expected, labels) => {
    expect(fingerprint(labels)).toBe(expected);
  });

  it('is the offset of the hash for no labels at all', () => {
    expect(fingerprint({})).toBe('cbf29ce484222325');
  });

  it('does not depend on the order of the labels, nor let a name run into its value', () => {
    expect(fingerprint({ b: '2', a: '1' })).toBe(fingerprint({ a: '1', b: '2' }));
    expect(fingerprint({ ab: 'c' })).not.toBe(fingerprint({ a: 'bc' }));
  });
});
