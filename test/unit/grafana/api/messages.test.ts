import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { HttpSink, answerWith } from '../../../support/http-sink.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';

afterEach(closeLeftovers);

describe('what answers in place of Grafana', () => {
  it('is no Grafana where it does not know `/api/health`', async () => {
    const sink = await HttpSink.start(answerWith(404, '{"message":"default backend - 404"}'));
    const error = await grafanaError(clientOf(sink).health());
    expect(error).toMatchObject({ kind: 'not_grafana', status: 404 });
    expect(error.advice).toMatch(/grafana\.url must be the address of Grafana itself/);
    expect(await clientOf(sink).getFolder('ours')).toBeNull();
  });

  it.each([301, 302, 307, 308])('says by a %i where Grafana is', async (status) => {
    const sink = await HttpSink.start((response, { path }) =>
      response.writeHead(status, { location: `https://me:glsa@example.com/grafana${path}?token=x#y` }).end(),
    );
    const error = await grafanaError(clientOf(sink).health());
    expect(error).toMatchObject({
      kind: 'not_grafana',
      message: `GET /api/health: ${status} a redirect to https://example.com/grafana/api/health`,
      advice: 'grafana.url should be https://example.com/grafana',
    });
  });

  it('says from below a path where Grafana is, also by a path alone', async () => {
    const sink = await HttpSink.start(answerWith(301, '<html>Moved</html>', { location: '/grafana/api/health/' }));
    const error = await grafanaError(clientOf({ url: `${sink.url}/old/` }).health());
    expect(error.message).toBe(`GET /old/api/health: 301 a redirect to ${sink.url}/grafana/api/health`);
    expect(error.advice).toBe(`grafana.url should be ${sink.url}/grafana`);
  });

  it('may lead to a login page', async () => {
    const sink = await HttpSink.start(answerWith(302, '', { location: 'https://example.com/login?next=x' }));
    const error = await grafanaError(clientOf(sink).health());
    expect(error.message).toBe('GET /api/health: 302 a redirect to https://example.com/login');
    expect(error.advice).toMatch(/^it leads to https:\/\/example\.com\/login: grafana\.url should be that, unless/);
  });

  it.each([{}, { location: 'javascript:alert(1)' }, { location: 'http://[' }])(
    'may lead nowhere: %j',
    async (headers) => {
      const sink = await HttpSink.start(answerWith(302, '', headers));
      const error = await grafanaError(clientOf(sink).health());
      expect(error.message).toBe('GET /api/health: 302 a redirect, as to a login page');
    },
  );

  it('never repeats the token, where a redirect has it', async () => {
    const sink = await HttpSink.start(answerWith(302, '', { location: 'https://example.com/glsa_admin_5e6f' }));
    const { message, advice } = await grafanaError(clientOf(sink).health());
    expect(message + advice).not.toContain('glsa_admin_5e6f');
    expect(message).toContain('https://example.com/***');
  });

  it('asks for no role where a firewall refuses it', async () => {
    const sink = await HttpSink.start(answerWith(403, '<html>Request blocked</html>'));
    const error = await grafanaError(clientOf(sink).getFolder('ours'));
    expect(error).toMatchObject({ kind: 'not_grafana', status: 403 });
    expect(error.advice).toMatch(/^something before Grafana, such as a firewall/);
    expect(error.advice).not.toContain('role');
  });
});
