import { parseSamples } from './prometheus-text.ts';

/** One sample of a scrape. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a scrape gave, in Prometheus text or OpenMetrics. */
export class Scrape {
  readonly samples: readonly ScrapedSample[];

  /** @throws Error where a sample has two labels of one name */
  constructor(text: string) {
    this.samples = parseSamples(text).map(({ name, labels, value }) => {
      const byName = Object.fromEntries(labels);
      if (Object.keys(byName).length < labels.length) throw new Error(`${name} has a label twice`);
      return { name, labels: byName, value };
    });
  }

  /** All samples of this name, with label names sorted, as `{a="1",b="2"}` → value. */
  series(name: string): Record<string, number> {
    const samples = this.samples.filter((sample) => sample.name === name);
    return Object.fromEntries(samples.map(({ labels, value }) => [seriesKey(labels), value]));
  }

  /** The value of the one series with exactly these labels, or undefined. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.series(name)[seriesKey(labels)];
  }

  /** The sum over all series of a name; 0 without one. */
  sum(name: string): number {
    return Object.values(this.series(name)).reduce((sum, value) => sum + value, 0);
  }

  get names(): Set<string> {
    return new Set(this.samples.map(({ name }) => name));
  }
}

/** Labels as a key: sorted, as the text format writes them. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
}

/** Scrapes an endpoint. */
export async function scrape(url: string, accept = 'text/plain'): Promise<Scrape> {
  return new Scrape(await scrapeText(url, accept));
}

/** Whether an endpoint is there already. */
export function answers(url: string): Promise<boolean> {
  return fetch(url, { headers: { connection: 'close' } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The text that an endpoint answers. */
export async function scrapeText(url: string, accept = 'text/plain'): Promise<string> {
  const response = await fetch(url, { headers: { accept, connection: 'close' } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
