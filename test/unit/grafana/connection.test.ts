import { resolveConfig } from '../../../src/config/resolve.ts';
import { connectionOf } from '../../../src/grafana/connection.ts';

const connectionWith = (grafana: object) => connectionOf(resolveConfig('test', { grafana }), 'test');

describe('the connection to Grafana', () => {
  it('is that of the section', () => {
    const section = { url: 'https://example.com/grafana', api_key: 'glsa_1', org_id: 7, timeout_ms: 1234 };
    expect(connectionWith(section)).toMatchObject({
      url: 'https://example.com/grafana',
      credentials: { bearerToken: 'glsa_1' },
      orgId: 7,
      timeoutMs: 1234,
    });
  });

  it('is signed in with a name and a password, or not at all', () => {
    const signIn = { username: 'admin', password: 's3cret' };
    expect(connectionWith(signIn)).toMatchObject({ credentials: signIn, orgId: undefined, timeoutMs: 10_000 });
    expect(connectionWith({}).credentials).toBeUndefined();
  });
});
