/** The fields of one protobuf message: numbers, and bytes of what has a length. Of a field that is there twice, the last. */
export type ProtobufFields = ReadonlyMap<number, number | Uint8Array>;

/** Reads a message as far as it is one: what is no protobuf gives what was read before it. */
export function protobufFields(bytes: Uint8Array): ProtobufFields {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) fields.set(field, varint());
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const end = varint() + at;
      if (!(end <= bytes.length)) break;
      fields.set(field, bytes.subarray(at, end));
      at = end;
    } else break;
  }
  return fields;
}

/** A text in a field; empty where there is none. */
export function textIn(fields: ProtobufFields, field: number): string {
  const value = fields.get(field);
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}
