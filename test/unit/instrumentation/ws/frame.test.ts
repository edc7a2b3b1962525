import * as ws from 'ws';
import { isData, isFinal, payloadOf } from '../../../../src/instrumentation/ws/frame.ts';
import type { Frame } from '../../../../src/instrumentation/ws/frame.ts';

const frame = (data: Buffer, options: object): Frame =>
  (ws as unknown as { Sender: { frame(data: Buffer, options: object): Frame } }).Sender.frame(data, {
    readOnly: true,
    ...options,
  });

describe('a frame that ws has made', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 100_000])('has a payload of %p bytes, masked or not', (size) => {
    const payload = Buffer.alloc(size, 'x');
    for (const mask of [false, true]) {
      const made = frame(payload, { fin: true, opcode: 2, mask });
      expect({ isData: isData(made), isFinal: isFinal(made), sizeBytes: payloadOf(made).sizeBytes }).toEqual({
        isData: true,
        isFinal: true,
        sizeBytes: size,
      });
    }
  });

  it('has its text, where it is not masked', () => {
    expect(payloadOf(frame(Buffer.from('né'), { fin: true, opcode: 1, mask: false }))).toEqual({
      isBinary: false,
      data: 'né',
      sizeBytes: 3,
    });
    expect(payloadOf(frame(Buffer.from('né'), { fin: true, opcode: 1, mask: true })).data).toBeUndefined();
  });

  it.each([
    ['text', 1, true],
    ['binary', 2, true],
    ['continuation', 0, true],
    ['close', 8, false],
    ['ping', 9, false],
    ['pong', 10, false],
  ])('%s', (_, opcode, data) => {
    expect(isData(frame(Buffer.from('x'), { fin: true, opcode, mask: false }))).toBe(data);
  });

  it('is not the last one without FIN', () => {
    expect(isFinal(frame(Buffer.from('x'), { fin: false, opcode: 1, mask: false }))).toBe(false);
  });
});
