/** A frame as `ws` writes it: header and payload, or both in one buffer. Layout: RFC 6455 §5.2. */
export type Frame = readonly [head: Buffer, payload?: Buffer | string];

const FIN = 0x80;
const OPCODE = 0x0f;
const TEXT = 1;
const BINARY = 2;
const LENGTH = 0x7f;
const MASKED = 0x80;

/** What a data frame carries. */
export interface FramePayload {
  /** Of a fragment that is not the first one: false. */
  readonly isBinary: boolean;
  /** Undefined where it is masked. */
  readonly data: Buffer | string | undefined;
  readonly sizeBytes: number;
}

/** Whether it is a frame of a message, and not a ping, pong or close. */
export function isData(frame: Frame): boolean {
  // an index, for to destructure an array is to iterate over it
  return (byteAt(frame[0], 0) & OPCODE) <= BINARY;
}

/** Whether it is the last frame of its message. */
export function isFinal(frame: Frame): boolean {
  return (byteAt(frame[0], 0) & FIN) !== 0;
}

export function payloadOf([head, payload]: Frame): FramePayload {
  const opcode = byteAt(head, 0) & OPCODE;
  const isMasked = (byteAt(head, 1) & MASKED) !== 0;
  const length = byteAt(head, 1) & LENGTH;
  const sizeBytes = length < 126 ? length : length === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
  const data = opcode === TEXT && Buffer.isBuffer(payload) ? payload.toString() : payload;
  return { isBinary: opcode === BINARY, data: isMasked ? undefined : data, sizeBytes };
}

function byteAt(buffer: Buffer, index: number): number {
  return buffer[index] as number;
}
