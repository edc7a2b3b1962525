import { composeMail } from '../../../../../src/alerts/channels/email/mail.ts';
import { START_MS, noticeOf } from '../../../../support/alert-samples.ts';

const resolvedOf = (name: string, lastedMs: number) =>
  noticeOf(name, { state: 'resolved', sinceMs: START_MS + lastedMs });

describe('the subject of a mail', () => {
  const subjectOf = (...notices: Parameters<typeof composeMail>[0]): string => composeMail(notices, []).subject;

  it('counts and names what fires, with the service', () => {
    expect(subjectOf(noticeOf('high_latency'))).toBe('[FIRING:1] high_latency (chat)');
    expect(subjectOf(noticeOf('a'), noticeOf('b', { fingerprint: '2' }))).toBe('[FIRING:2] a, b (chat)');
  });

  it('names what is resolved only where nothing fires', () => {
    expect(subjectOf(resolvedOf('a', 1), resolvedOf('b', 1))).toBe('[RESOLVED] a, b (chat)');
    expect(subjectOf(resolvedOf('a', 1), noticeOf('b'))).toBe('[FIRING:1] b (chat)');
  });

  it('names each name once and three of many, and no service without one', () => {
    const notices = ['a', 'b', 'a', 'c', 'd', 'e'].map((name, index) =>
      noticeOf(name, { fingerprint: String(index), labels: {} }),
    );
    expect(subjectOf(...notices)).toBe('[FIRING:6] a, b, c, and 2 more');
  });

  it('is one line of bounded length, whatever the labels are', () => {
    const notice = noticeOf('a', { labels: { job: `x\r\nBcc: eve@example.com\r\n\r\n${'y'.repeat(500)}` } });
    const subject = subjectOf(notice);
    expect(subject).toMatch(/^\[FIRING:1\] a \(x Bcc: eve@example.com y+…$/);
    expect(subject).toHaveLength(200);
  });
});

describe('the text of a mail', () => {
  it('has firing and resolved ones in sections, with all that is known', () => {
    const critical = noticeOf('critical_latency', { severity: 'critical', repeated: true, value: 7.354321, unit: 's' });
    const { text } = composeMail(
      [critical, noticeOf('a', { runbookUrl: '', description: '' }), resolvedOf('b', 48_400)],
      [],
    );
    expect(text).toBe(`2 alerts are firing, 1 is resolved

FIRING

critical_latency (critical): Latency is high
  p95 latency is 1.52 s, above 1 s
  Value: 7.35 s, threshold 1000 s
  Still firing, since: 2026-01-01 00:00:00 UTC
  Labels: instance=web-1 job=chat source=app
  What to do: https://example.com/runbooks#critical_latency

a (warning): Latency is high
  Value: 1.52 s, threshold 1 s
  Since: 2026-01-01 00:00:00 UTC
  Labels: instance=web-1 job=chat source=app

RESOLVED

b (warning): Latency is high
  p95 latency is 1.52 s, above 1 s
  Last value: 1.52 s, threshold 1 s
  Lasted: 2026-01-01 00:00:00 UTC to 2026-01-01 00:00:48 UTC (48.4 s)
  Labels: instance=web-1 job=chat source=app
  What to do: https://example.com/runbooks#b
`);
  });

  it.each([
    [119_400, '1 min 59 s'],
    [120_000, '2 min'],
    [7_140_000, '1 h 59 min'],
    [7_200_000, '2 h'],
    [11_100_000, '3 h 5 min'],
    [-5, '0 ms'],
  ])('says that what lasted %d ms lasted %s', (lastedMs, said) => {
    expect(composeMail([resolvedOf('a', lastedMs)], []).text).toContain(`UTC (${said})`);
  });

  it('begins with what it is about', () => {
    const headlineOf = (...notices: Parameters<typeof composeMail>[0]) => composeMail(notices, []).text.split('\n')[0];
    expect(headlineOf(noticeOf('a'))).toBe('1 alert is firing');
    expect(headlineOf(resolvedOf('a', 1))).toBe('1 alert is resolved');
    expect(headlineOf(resolvedOf('a', 1), resolvedOf('b', 1))).toBe('2 alerts are resolved');
    expect(headlineOf(noticeOf('a'), resolvedOf('b', 1), resolvedOf('c', 1))).toBe('1 alert is firing, 2 are resolved');
  });

  it('keeps each fact on its line, and long values short', () => {
    const labels = { job: 'x\nfake: line', long: 'y'.repeat(5000) };
    const { text } = composeMail([noticeOf('a', { labels, startsAtMs: NaN })], []);
    expect(text).toContain('job=x fake: line');
    expect(text).toContain('Since: ?');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(300);
  });
});

describe('the HTML of a mail', () => {
  it('says the same', () => {
    const { html } = composeMail([noticeOf('a'), resolvedOf('b', 48_000)], []);
    for (const said of ['1 alert is firing, 1 is resolved', '1.52 s, threshold 1 s', '(48 s)', 'source=app']) {
      expect(html).toContain(said);
    }
    expect(html).toContain('<a href="https://example.com/runbooks#a"');
    expect(html.indexOf('>Firing<')).toBeLessThan(html.indexOf('>Resolved<'));
  });

  it('lets no text become markup, and no runbook a script', () => {
    const evil = `<script>alert("1")</script>'&`;
    const labels = { job: evil };
    const notice = noticeOf(evil, {
      labels,
      summary: evil,
      description: evil,
      unit: evil,
      runbookUrl: `https://x/"${evil}`,
    });
    const { html } = composeMail([notice, noticeOf('b', { runbookUrl: 'javascript:alert(1)', description: '' })], []);
    expect(html).not.toMatch(/<script|"1"|javascript:[^<]*"/);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toContain('>javascript:alert(1)<');
  });

  it.each([
    ['critical', [noticeOf('a'), noticeOf('b', { severity: 'critical' })], '#b42318'],
    ['a warning', [noticeOf('a'), resolvedOf('b', 1)], '#b54708'],
    ['over', [resolvedOf('b', 1)], '#067647'],
  ] as const)('has the colour of the worst that fires: %s', (_, notices, colour) => {
    expect(composeMail(notices, []).html).toMatch(new RegExp(`<h1[^>]*background:${colour}`));
  });
});

test('a mail refers to those that first told of its alerts, and says that a program wrote it', () => {
  const headers = { 'Auto-Submitted': 'auto-generated' };
  expect(composeMail([noticeOf('a')], [])).toMatchObject({ headers });
  expect(composeMail([noticeOf('a')], [])).not.toHaveProperty('inReplyTo');
  const threads = Array.from({ length: 12 }, (_, index) => `<${index}>`);
  const mail = composeMail([noticeOf('a')], [...threads, '<11>']);
  expect(mail.inReplyTo).toBe('<11>');
  expect(mail.references).toEqual(threads.slice(2));
});
