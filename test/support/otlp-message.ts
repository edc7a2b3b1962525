/** A metric as it was pushed; what counts is read, the rest left out. */
interface PushedMetric {
  /** Undefined for gauges. */
  readonly temporality: 'delta' | 'cumulative' | undefined;
  /** Of all points together; of a histogram, how many values it holds. */
  readonly sum: number;
  readonly points: number;
}

/** One push, of either encoding. */
export interface OtlpMessage {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly metrics: ReadonlyMap<string, PushedMetric>;
}

const TEMPORALITIES = [undefined, 'delta', 'cumulative'] as const;

interface JsonPoint {
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
}
interface JsonData {
  readonly dataPoints: readonly JsonPoint[];
  readonly aggregationTemporality?: number;
}
interface JsonMetric {
  readonly name: string;
  readonly gauge?: JsonData;
  readonly sum?: JsonData;
  readonly histogram?: JsonData;
}
interface JsonRequest {
  readonly resourceMetrics: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
    };
    readonly scopeMetrics: readonly { readonly metrics: readonly JsonMetric[] }[];
  }[];
}

export function fromJson(text: string): OtlpMessage {
  const { resourceMetrics } = JSON.parse(text) as JsonRequest;
  return message(
    resourceMetrics
      .flatMap(({ resource }) => resource.attributes)
      .map(({ key, value }) => [key, Object.values(value)[0]]),
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
  );
}

/** An `ExportMetricsServiceRequest`, by the numbers in metrics_service.proto, metrics.proto and common.proto. */
export function fromProtobuf(bytes: Buffer): OtlpMessage {
  const resources = messages(bytes, 1);
  const attributes = resources.flatMap((each) => messages(messages(each, 1)[0] ?? Buffer.alloc(0), 1));
  const metrics = resources.flatMap((each) => messages(each, 2)).flatMap((scope) => messages(scope, 2));
  return message(
    attributes.map((pair) => [textOf(pair, 1), textOf(messages(pair, 2)[0] ?? Buffer.alloc(0), 1)]),
    metrics.map((metric) => ({
      name: textOf(metric, 1),
      gauge: dataOf(metric, 5, 4, 6),
      sum: dataOf(metric, 7, 4, 6),
      histogram: dataOf(metric, 9, undefined, 4),
    })),
  );
}

function message(
  resource: readonly (readonly [string, unknown])[],
  metrics: readonly { [Key in keyof JsonMetric]: JsonMetric[Key] | undefined }[],
): OtlpMessage {
  const entries = metrics.map(({ name = '', gauge, sum, histogram }): [string, PushedMetric] => {
    const { dataPoints, aggregationTemporality = 0 } = (gauge ?? sum ?? histogram) as JsonData;
    const value = ({ asInt, asDouble, count }: JsonPoint): number => Number(asInt ?? asDouble ?? count);
    const total = dataPoints.reduce((whole, point) => whole + value(point), 0);
    return [name, { temporality: TEMPORALITIES[aggregationTemporality], sum: total, points: dataPoints.length }];
  });
  return { resource: Object.fromEntries(resource), metrics: new Map(entries) };
}

/** Points of a kind of metric; `whole` is read as a 64 bit integer, `double` as such. */
function dataOf(metric: Buffer, field: number, double: number | undefined, whole: number): JsonData | undefined {
  const [data] = messages(metric, field);
  if (!data) return undefined;
  const dataPoints = messages(data, 1).map((point): JsonPoint => {
    const fields = fieldsOf(point);
    const asDouble = fields.find(([number]) => number === double)?.[1] as Buffer | undefined;
    if (asDouble) return { asDouble: asDouble.readDoubleLE() };
    const asInt = fields.find(([number]) => number === whole)?.[1] as Buffer;
    return { asInt: Number(asInt.readBigInt64LE()) };
  });
  return { dataPoints, aggregationTemporality: Number(fieldsOf(data).find(([number]) => number === 2)?.[1] ?? 0) };
}

function messages(bytes: Buffer, field: number): Buffer[] {
  return fieldsOf(bytes).flatMap(([number, value]) => (number === field && Buffer.isBuffer(value) ? [value] : []));
}

function textOf(bytes: Buffer, field: number): string {
  return messages(bytes, field)[0]?.toString('utf8') ?? '';
}

function fieldsOf(bytes: Buffer): [field: number, value: number | Buffer][] {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : varint());
    fields.push([Math.floor(tag / 8), value]);
  }
  return fields;
}
