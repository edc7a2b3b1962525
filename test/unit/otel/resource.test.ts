import { createResource } from '../../../src/otel/resource.ts';

const saved = process.env['OTEL_RESOURCE_ATTRIBUTES'];
afterEach(() => {
  if (saved === undefined) delete process.env['OTEL_RESOURCE_ATTRIBUTES'];
  else process.env['OTEL_RESOURCE_ATTRIBUTES'] = saved;
});

describe('createResource', () => {
  it('has a name and an instance of its own where nothing is said', () => {
    const [one, other] = [createResource().attributes, createResource().attributes];
    expect(one['service.name']).toBe('unknown_service:node');
    expect(one['service.instance.id']).not.toBe(other['service.instance.id']);
  });

  it('lets code win over the configuration, that over the environment, and that over what was detected', () => {
    const detected = { 'service.version': 'detected', 'host.name': 'detected' };
    const versionOf = (sources: Parameters<typeof createResource>[0]): unknown =>
      createResource({ detected, ...sources }).attributes['service.version'];
    expect(versionOf({})).toBe('detected');
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'service.version=variable,host.name=variable';
    expect(versionOf({})).toBe('variable');
    expect(versionOf({ serviceVersion: 'configured' })).toBe('configured');
    const attributes = { 'service.version': 'code' };
    const { attributes: all } = createResource({ detected, serviceVersion: 'configured', attributes });
    expect(all).toMatchObject({ 'service.version': 'code', 'host.name': 'variable' });
  });
});
