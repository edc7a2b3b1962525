import * as fc from 'fast-check';
import { partialSuccessOf, refusalOf } from '../../../../src/otel/otlp/answer.ts';
import { protobufFields } from '../../../../src/otel/otlp/protobuf-fields.ts';

const exchange = (type: string, body: Buffer | string) => ({
  status: 200,
  headers: { 'content-type': type },
  body: Buffer.from(body),
  code: '',
  isSent: true,
});
const protobuf = (body: Buffer) => exchange('application/x-protobuf', body);
const json = (value: unknown) => exchange('application/json', JSON.stringify(value));

/** A field with a length. */
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
const partial = (rejected: number[], message: string): Buffer =>
  field(
    1,
    Buffer.concat([
      rejected.length > 0 ? Buffer.from([8, ...rejected]) : Buffer.alloc(0),
      field(2, Buffer.from(message)),
    ]),
  );

describe('partialSuccessOf', () => {
  it('reads what was rejected, and why', () => {
    const said = { rejectedPoints: 300, message: 'too old' };
    expect(partialSuccessOf(protobuf(partial([0xac, 0x02], 'too old')))).toEqual(said);
    const fields = { errorMessage: 'too old' };
    expect(partialSuccessOf(json({ partialSuccess: { rejectedDataPoints: '300', ...fields } }))).toEqual(said);
    expect(partialSuccessOf(json({ partialSuccess: { rejectedDataPoints: 300, ...fields } }))).toEqual(said);
  });

  it('is nothing where all was taken', () => {
    expect(partialSuccessOf(protobuf(Buffer.alloc(0)))).toBeUndefined();
    expect(partialSuccessOf(protobuf(partial([], '')))).toBeUndefined();
    expect(partialSuccessOf(json({}))).toBeUndefined();
    expect(partialSuccessOf(json({ partialSuccess: null }))).toBeUndefined();
    expect(partialSuccessOf(exchange('text/html', '<html>'))).toBeUndefined();
    expect(partialSuccessOf(exchange('application/json', '{'))).toBeUndefined();
  });
});

describe('refusalOf', () => {
  it("gives the server's words", () => {
    expect(refusalOf(protobuf(Buffer.concat([Buffer.from([8, 3]), field(2, Buffer.from('no'))])))).toBe('no');
    expect(refusalOf(json({ code: 3, message: 'no' }))).toBe('no');
    expect(refusalOf(exchange('text/plain', 'no'))).toBe('no');
    expect(refusalOf(json([5]))).toBe('');
  });
});

describe('protobufFields', () => {
  it('passes over fields of a fixed size', () => {
    const bytes = Buffer.concat([
      Buffer.from([9, ...Array<number>(8).fill(255)]),
      Buffer.from([21, 1, 2, 3, 4, 24, 5]),
    ]);
    expect([...protobufFields(bytes)]).toEqual([[3, 5]]);
  });

  it('reads any bytes to their end, and throws at none', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => protobufFields(bytes) instanceof Map));
  });
});
