import { joinLabels, seriesLabels } from '../../../src/alerts/series-labels.ts';

describe('seriesLabels', () => {
  it('names attributes as the scrape page does', () => {
    expect(seriesLabels({ 'http.route': '/chat', queue: 'jobs', 'otel.metric.overflow': true })).toEqual({
      http_route: '/chat',
      otel_metric_overflow: 'true',
      queue: 'jobs',
    });
  });

  it('joins the values of keys that become one name', () => {
    expect(seriesLabels({ 'a.b': '2', 'a-b': '1' })).toEqual({ a_b: '1;2' });
  });

  it('leaves out what is empty or has no valid name', () => {
    expect(seriesLabels({ empty: '', __name__: 'x', kept: 'y' })).toEqual({ kept: 'y' });
  });
});

describe('joinLabels', () => {
  it('keeps the alert its own labels, and the series its value under another name', () => {
    expect(joinLabels({ job: 'chat', severity: 'warning' }, { job: 'nightly', queue: 'a' })).toEqual({
      job: 'chat',
      severity: 'warning',
      exported_job: 'nightly',
      queue: 'a',
    });
  });

  it('finds a name that is free', () => {
    expect(joinLabels({ job: 'chat' }, { exported_job: '1', job: '2' })).toEqual({
      job: 'chat',
      exported_job: '1',
      exported_exported_job: '2',
    });
  });

  it('has no empty label, for an empty one is none', () => {
    expect(joinLabels({ job: '', alertname: 'a' }, {})).toEqual({ alertname: 'a' });
  });

  it('takes even __proto__ for a name', () => {
    const attributes = Object.fromEntries([['__proto__', 'x']]);
    expect(Object.entries(joinLabels({}, seriesLabels(attributes)))).toEqual([['__proto__', 'x']]);
  });
});
