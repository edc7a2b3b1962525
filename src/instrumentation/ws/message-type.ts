import type { Direction, WebSocketRole } from '../../catalog/websocket.ts';

/** What is known of a message whose type is asked for. */
export interface MessageInfo {
  /** Which end this process is. */
  readonly role: WebSocketRole;
  /** As seen from this process. */
  readonly direction: Direction;
  /** Whether it is sent as binary, and not as text. */
  readonly isBinary: boolean;
}

/**
 * Gives the type of a message, `websocket.message.type`. It must be one of few: at most 100 are told apart
 * (`limits.attribute_values`). Called for each message; what it throws is logged once.
 *
 * @param data as the application gets or sends it; undefined for a message that is sent in fragments
 * @returns undefined for `text` or `binary`
 */
export type MessageTypeOf = (data: unknown, info: MessageInfo) => string | undefined;

/** `json:type` names a member of JSON messages; a function may look at anything. */
export type MessageType = MessageTypeOf | `json:${string}`;

const JSON_PREFIX = 'json:';

/** Longer messages keep `text`: reading them would cost more than everything else that is done with a message here. */
const MAX_JSON_BYTES = 4096;

/** A longer value is no type. */
const MAX_TYPE_LENGTH = 64;

/** @throws TypeError where `messageType` is neither a function nor `json:` and a name */
export function messageTypeOf(messageType: MessageType | undefined): MessageTypeOf | undefined {
  if (messageType === undefined || typeof messageType === 'function') return messageType;
  if (typeof messageType !== 'string' || !messageType.startsWith(JSON_PREFIX) || messageType === JSON_PREFIX)
    throw new TypeError('messageType is a function, or json: and the name of a member');
  return jsonMember(messageType.slice(JSON_PREFIX.length));
}

/** The string or whole number that a JSON object has as this member. */
function jsonMember(member: string): MessageTypeOf {
  return (data, { isBinary }) => {
    const text = isBinary ? undefined : textOf(data);
    // most of what is no JSON object is told by its first letter
    if (text === undefined || !/^\s*\{/.test(text)) return undefined;
    let message: object;
    try {
      message = JSON.parse(text) as object;
    } catch {
      return undefined;
    }
    const type: unknown = Object.hasOwn(message, member) ? message[member as keyof typeof message] : undefined;
    if (Number.isSafeInteger(type)) return String(type);
    return typeof type === 'string' && type !== '' && type.length <= MAX_TYPE_LENGTH ? type : undefined;
  };
}

/** Text of at most {@link MAX_JSON_BYTES}, as one of the forms in which `ws` has it. */
function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return Buffer.byteLength(data) <= MAX_JSON_BYTES ? data : undefined;
  const bytes = Array.isArray(data) && data.length === 1 ? (data[0] as unknown) : data;
  if (!Buffer.isBuffer(bytes)) return undefined;
  return bytes.length <= MAX_JSON_BYTES ? bytes.toString() : undefined;
}
