/** Bytes of a message that was received: `ws` gives it whole, or in fragments where `binaryType` is `fragments`. */
export function receivedBytes(data: unknown): number {
  return Array.isArray(data)
    ? data.reduce<number>((sum, fragment) => sum + payloadBytes(fragment), 0)
    : payloadBytes(data);
}

/** Bytes of a message's payload, in every form in which `ws` takes one to send. */
export function payloadBytes(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  if (typeof data === 'number') return String(data).length;
  if (data === null || data === undefined) return 0;
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return data.byteLength;
  if (data instanceof Blob) return data.size;
  // what else ws takes it turns into a Buffer: objects with a length, such as arrays of bytes
  const { byteLength, length } = data as { byteLength?: unknown; length?: unknown };
  return typeof byteLength === 'number' ? byteLength : typeof length === 'number' ? length : 0;
}
