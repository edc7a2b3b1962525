import { Paths } from '../../../src/instrumentation/paths.ts';

describe('Paths', () => {
  const paths = new Paths(['/rooms/:room', '/rooms/lobby', '/files/*path', '/a{/b}'], ['/health', '/internal/*rest']);

  it.each([
    ['/rooms/42', '/rooms/:room'],
    ['/rooms/lobby', '/rooms/:room'],
    ['/rooms/42?token=secret', '/rooms/:room'],
    ['/rooms/42/', '/rooms/:room'],
    ['/rooms/a%20b%ZZ', '/rooms/:room'],
    ['/files/x/y/z', '/files/*path'],
    ['/a', '/a{/b}'],
    ['/a/b', '/a{/b}'],
    ['/rooms', '_other'],
    ['/rooms/42/43', '_other'],
    ['', '_other'],
    [undefined, '_other'],
    ['ws://example.org:8080/rooms/42?x=/health', '/rooms/:room'],
    ['wss://user:secret@example.org/rooms/42', '/rooms/:room'],
    ['ws://example.org', '_other'],
    ['ws+unix:/run/app.sock:/rooms/42', '/rooms/:room'],
    ['ws+unix:/run/app.sock', '_other'],
  ])('gives %p the route %p', (url, route) => {
    expect(paths.match(url)).toEqual({ ignored: false, route });
  });

  it.each([
    ['/health', true],
    ['/health?x', true],
    ['/healthy', false],
    ['/internal/a/b', true],
    ['/internal', false],
    ['ws://127.0.0.1:8080/health', true],
  ])('ignores %p: %p', (url, ignored) => {
    expect(paths.match(url).ignored).toBe(ignored);
  });

  it('gives no route without patterns', () => {
    expect(new Paths().match('/rooms/42')).toEqual({ ignored: false, route: undefined });
  });

  it.each(['/rooms/:', '/files/*', '/a{b'])('says that %p is no pattern', (pattern) => {
    expect(() => new Paths([pattern])).toThrow(TypeError);
    expect(() => new Paths([], [pattern])).toThrow(TypeError);
  });
});
