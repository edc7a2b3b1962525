import { closeCodeLabel, errorTypeOf } from '../../../src/instrumentation/labels.ts';

it.each([
  [1000, '1000'],
  [1006, '1006'],
  [1015, '1015'],
  [1016, '_other'],
  [2999, '_other'],
  [3000, '3xxx'],
  [4999, '4xxx'],
  [5000, '_other'],
  [undefined, '_other'],
])('the close code %p becomes %p', (code, label) => {
  expect(closeCodeLabel(code)).toBe(label);
});

it.each([
  [Object.assign(new RangeError('x'), { code: 'WS_ERR_INVALID_OPCODE' }), 'WS_ERR_INVALID_OPCODE'],
  [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [Object.assign(new TypeError('x'), { code: 'free text, of any length' }), 'TypeError'],
  [Object.assign(new Error('x'), { code: 7, name: 'not a name' }), '_OTHER'],
  [new Error('Opening handshake has timed out'), 'timeout'],
  [new Error('Unexpected server response: 401'), '401'],
  [new Error('Server sent no subprotocol'), 'invalid_response'],
  [new TypeError('Server sent no subprotocol'), 'TypeError'],
  [new (class Quota extends Error {})('x'), 'Quota'],
  ['thrown text', '_OTHER'],
  [undefined, '_OTHER'],
  [null, '_OTHER'],
])('%p becomes the error type %p', (error, type) => {
  expect(errorTypeOf(error)).toBe(type);
});
