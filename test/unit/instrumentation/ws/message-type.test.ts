import { messageTypeOf } from '../../../../src/instrumentation/ws/message-type.ts';

const INFO = { role: 'server', direction: 'receive', isBinary: false } as const;

describe('json:type', () => {
  const typeOf = messageTypeOf('json:type')!;

  it.each([
    ['{"type":"join"}', 'join'],
    [' \n{"a":{"type":"inner"},"type":"outer"}', 'outer'],
    ['{"type":7}', '7'],
    [Buffer.from('{"type":"bytes"}'), 'bytes'],
    [[Buffer.from('{"type":"fragments"}')], 'fragments'],
    [`{"type":"near","x":"${'x'.repeat(4096 - 23)}"}`, 'near'],
  ])('reads %p', (data, type) => {
    expect(typeOf(data, INFO)).toBe(type);
  });

  it.each([
    ['no JSON', '{"type":"join"'],
    ['an array', '["type"]'],
    ['text', 'type'],
    ['no such member', '{"kind":"join"}'],
    ['an inherited member', '{"a":1}', 'json:constructor'],
    ['an empty value', '{"type":""}'],
    ['a value that is long', `{"type":"${'x'.repeat(65)}"}`],
    ['a fraction', '{"type":1.5}'],
    ['an object', '{"type":{}}'],
    ['null', '{"type":null}'],
    ['more than 4096 bytes', `{"type":"far","x":"${'x'.repeat(4096)}"}`],
    ['more than 4096 bytes in fewer letters', `{"type":"far","x":"${'€'.repeat(2000)}"}`],
    ['several fragments', [Buffer.from('{"type":'), Buffer.from('"x"}')]],
    ['a number', 12],
    ['nothing', undefined],
  ])('gives none for %s', (_, data, option = 'json:type') => {
    expect(messageTypeOf(option as `json:${string}`)!(data, INFO)).toBeUndefined();
  });

  it('does not read binary messages', () => {
    expect(typeOf(Buffer.from('{"type":"join"}'), { ...INFO, isBinary: true })).toBeUndefined();
  });
});

it.each(['json:', 'type', 7, null])('%p is no message type', (option) => {
  expect(() => messageTypeOf(option as never)).toThrow(TypeError);
});

it('takes a function as it is', () => {
  const own = (): string => 'own';
  expect(messageTypeOf(own)).toBe(own);
  expect(messageTypeOf(undefined)).toBeUndefined();
});
