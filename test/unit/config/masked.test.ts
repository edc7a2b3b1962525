import { maskedConfig } from '../../../src/config/masked.ts';
import { resolveDocuments } from '../../../src/config/resolve.ts';
import { SECRETS, fullConfig } from '../../support/full-config.ts';

describe('maskedConfig', () => {
  const { config } = resolveDocuments('test', [fullConfig()], {});

  it('shows every setting but the secrets', () => {
    const text = JSON.stringify(maskedConfig(config));
    for (const secret of SECRETS) {
      expect(JSON.stringify(config)).toContain(secret);
      expect(text).not.toContain(secret);
    }
    expect(maskedConfig(config)).toMatchObject({
      service_name: 'chat',
      prometheus: { token: '***', host: '0.0.0.0' },
      live: { token: '***' },
      otlp: { endpoint: 'https://***@example.com/v1/metrics', headers: { authorization: '***' } },
      grafana: { api_key: '***' },
      alerts: {
        channels: {
          email: { username: 'monitor', password: '***' },
          alertmanager: { username: 'prom', password: '***' },
        },
        rules: [{ name: 'outbox_long', labels: { team: 'chat' } }],
      },
    });
  });

  it('is a right document again', () => {
    const again = resolveDocuments('test', [maskedConfig(config)], {}).config;
    expect(maskedConfig(again)).toEqual(maskedConfig(config));
  });

  it.each([
    ['http://a:b@example.com', 'http://***@example.com'],
    ['http://a:b@c@example.com:1/p@q', 'http://***@example.com:1/p@q'],
    ['http://example.com/?token=x#y', 'http://example.com/?***#y'],
    ['http://example.com/a@b', 'http://example.com/a@b'],
  ])('shows %s as %s', (url, shown) => {
    const { config: given } = resolveDocuments('test', [{ grafana: { url } }], {});
    expect(maskedConfig(given).grafana.url).toBe(shown);
  });

  it('leaves out what is not given', () => {
    expect(JSON.stringify(maskedConfig(resolveDocuments('test', [], {}).config))).not.toContain('***');
  });
});
