/** One line of an exposition. Labels in their order; a name may appear twice in text that is wrong. */
export interface Sample {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

const LABEL = /((?:[^=",{}]|)+?)="((?:[^"\\\n]|\\.)*)"(?:,|$)/gy;

/** Reads the samples of a Prometheus text, as leniently as a test of wrong text needs it. */
export function parseSamples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const open = line.indexOf('{');
      const close = line.lastIndexOf('}');
      const name = open < 0 ? line.slice(0, line.indexOf(' ')) : line.slice(0, open);
      const labels = open < 0 ? [] : parseLabels(line.slice(open + 1, close));
      return { name, labels, value: parseValue(line.slice(line.lastIndexOf(' ') + 1)) };
    });
}

/** The value of the one sample with this name and these labels among its own; undefined without one, NaN with several. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels.some(([k, v]) => k === key && v === value)),
  );
  return found.length > 1 ? NaN : found[0]?.value;
}

function parseLabels(text: string): [string, string][] {
  const labels: [string, string][] = [];
  LABEL.lastIndex = 0;
  for (let match = LABEL.exec(text); match; match = LABEL.exec(text)) {
    labels.push([match[1]!, unescape(match[2]!)]);
    if (LABEL.lastIndex >= text.length) break;
  }
  return labels;
}

function unescape(value: string): string {
  return value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
