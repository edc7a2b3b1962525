import type { Exchange } from '../../http/guest-agent.ts';
import { protobufFields, textIn } from './protobuf-fields.ts';

/** A receiver took a push but for some of its points, or has something to say about it. */
export interface PartialSuccess {
  readonly rejectedPoints: number;
  /** Empty where it says nothing. */
  readonly message: string;
}

/** What a receiver said of a push that it took; undefined: nothing. */
export function partialSuccessOf({ headers, body }: Exchange): PartialSuccess | undefined {
  const said = isJson(headers['content-type']) ? fromJson(body) : fromProtobuf(body);
  return said.rejectedPoints > 0 || said.message !== '' ? said : undefined;
}

/** Why a receiver refused a push, in its own words: the `google.rpc.Status` that OTLP wants, or any text. */
export function refusalOf({ headers, body }: Exchange): string {
  const type = headers['content-type'];
  if (isJson(type)) return asText(partOf(parse(body))['message']);
  return type?.includes('protobuf') ? textIn(protobufFields(body), 2) : body.toString('utf8');
}

function fromJson(body: Buffer): PartialSuccess {
  const { rejectedDataPoints, errorMessage } = partOf(partOf(parse(body))['partialSuccess']);
  // 64 bit numbers are texts in the JSON of protobuf
  return { rejectedPoints: Number(rejectedDataPoints ?? 0), message: asText(errorMessage) };
}

function fromProtobuf(body: Buffer): PartialSuccess {
  const partial = protobufFields(body).get(1);
  const fields = protobufFields(partial instanceof Uint8Array ? partial : new Uint8Array());
  const rejected = fields.get(1);
  return { rejectedPoints: typeof rejected === 'number' ? rejected : 0, message: textIn(fields, 2) };
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.includes('json') ?? false;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function partOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
