/** One line of the Prometheus text format: a series and its value. */
export interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Reads the samples of a text in the Prometheus format; comments are left out. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
}
