// WebSocket frames (RFC 6455 §5.2): how many bytes they take, and frames made by hand.

const headerBytes = (payloadBytes) => (payloadBytes > 65_535 ? 10 : payloadBytes > 125 ? 4 : 2);

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Bytes of frames with these payloads as a server sends them. */
exports.plain = (...payloads) => sum(payloads.map((bytes) => headerBytes(bytes) + bytes));

/** Bytes of frames with these payloads as a client sends them. */
exports.masked = (...payloads) => sum(payloads.map((bytes) => headerBytes(bytes) + 4 + bytes));

exports.TEXT = 1;
exports.BINARY = 2;
exports.CONTINUATION = 0;
exports.CLOSE = 8;
exports.PING = 9;
exports.PONG = 10;

/** A frame, right or wrong. `rsv`: the three reserved bits as they stand in the first byte, `0x40` the first. */
exports.frame = (opcode, payload = '', { mask = true, fin = true, rsv = 0 } = {}) => {
  const data = Buffer.from(payload);
  const header = Buffer.alloc(headerBytes(data.length));
  header[0] = (fin ? 0x80 : 0) | rsv | opcode;
  header[1] = mask ? 0x80 : 0;
  if (header.length === 2) header[1] |= data.length;
  else if (header.length === 4) {
    header[1] |= 126;
    header.writeUInt16BE(data.length, 2);
  } else {
    header[1] |= 127;
    header.writeUIntBE(data.length, 4, 6);
  }
  if (!mask) return Buffer.concat([header, data]);
  const key = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  return Buffer.concat([header, key, data.map((byte, index) => byte ^ key[index % 4])]);
};

/** Payload of a close frame. */
exports.closePayload = (code, reason = '') =>
  Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
