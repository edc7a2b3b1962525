// Many processes that push, made of what one real process has measured. Their values go on changing as those of the real one do: what
// is 0 stays 0, counters and buckets that counted go on counting, gauges move.
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { WebSocket } from 'ws';
import { random } from '../values.mjs';
import { Worker, withWorkers } from '../worker.mjs';
import { startSink } from './sink.mjs';

/** `DataPointType.HISTOGRAM` of the SDK. */
const HISTOGRAM = 0;

/** Of the machine that the processes are said to run on: each has series of its own in `system.cpu.*`. */
export const CORES = 8;

/** A rate, which is there from the second sample on, as the last of the built-in series. */
export const RATE = 'system.cpu.utilization';
export const SAMPLING_MS = 1000;

const SOCKETS = 5;
const MESSAGES = 200;

/** @returns what a WebSocket service under load pushes, on a machine of {@link CORES} */
export function sampleService() {
  return withWorkers([Worker.start('subjects/otlp-service.mjs')], async ([worker]) => {
    await Promise.all(Array.from({ length: SOCKETS }, (_, index) => talk(worker.ready, index)));
    let service;
    do {
      await sleep(SAMPLING_MS);
      service = await worker.ask('collect');
    } while (!service.scopeMetrics.some(({ metrics }) => metrics.some(({ descriptor }) => descriptor.name === RATE)));
    return { ...service, scopeMetrics: service.scopeMetrics.map(onManyCores) };
  });
}

/** Sends messages of many sizes one after the other, the next when the last has come back, then closes. */
function talk(port, index) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    let sent = 0;
    const next = () => {
      if (sent === MESSAGES) return socket.close();
      socket.send('x'.repeat(16 << ((sent++ + index) % 9)));
    };
    socket.on('open', next).on('message', next).on('close', resolve).on('error', reject);
  });
}

function onManyCores({ scope, metrics }) {
  return { scope, metrics: metrics.map((metric) => ({ ...metric, dataPoints: metric.dataPoints.flatMap(eachCore) })) };
}

const CORE = 'system.cpu.logical_number';

function eachCore(point) {
  const core = point.attributes[CORE];
  if (core === undefined) return [point];
  if (Number(core) !== 0) return [];
  return Array.from({ length: CORES }, (_, number) => {
    const own = typeof core === 'string' ? String(number) : number;
    return { ...point, attributes: { ...point.attributes, [CORE]: own } };
  });
}

/** @returns {{ points: number, histograms: number, stored: number }} data points of a push, and series that a store makes of them */
export function countSeries({ scopeMetrics }) {
  const counts = { points: 0, histograms: 0, stored: 0 };
  for (const { dataPoints, dataPointType } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    counts.points += dataPoints.length;
    if (dataPointType === HISTOGRAM) counts.histograms += dataPoints.length;
    for (const { value } of dataPoints) {
      // each bucket, the sum and the count
      counts.stored += dataPointType === HISTOGRAM ? value.buckets.counts.length + 2 : 1;
    }
  }
  return counts;
}

export class Fleet {
  #processes;
  #next;

  /** @param {number} size number of processes */
  constructor(sample, size, seed = 1) {
    this.#next = random(seed);
    this.#processes = Array.from({ length: size }, (_, index) => {
      const id = `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
      const resource = resourceFromAttributes({ ...sample.attributes, 'service.instance.id': id });
      return { resource, scopeMetrics: structuredClone(sample.scopeMetrics) };
    });
  }

  /**
   * What all processes push at one time, after some more work.
   *
   * @returns {Promise<Buffer[]>} protobuf, one push for each process
   */
  async pushes(timeMs) {
    for (const process of this.#processes) this.#workOn(process, timeMs);
    const sink = await startSink();
    const exporter = new OTLPMetricExporter({ url: `${sink.base}/v1/metrics`, compression: 'none' });
    try {
      const bodies = [];
      for (const process of this.#processes) {
        await new Promise((resolve, reject) => {
          exporter.export(process, ({ error }) => (error ? reject(error) : resolve()));
        });
        bodies.push(...sink.take().bodies);
      }
      return bodies;
    } finally {
      await exporter.shutdown();
      sink.close();
    }
  }

  #workOn({ scopeMetrics }, timeMs) {
    const endTime = [Math.floor(timeMs / 1000), (timeMs % 1000) * 1e6];
    for (const { dataPoints, dataPointType, isMonotonic } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      for (const point of dataPoints) {
        point.endTime = endTime;
        if (dataPointType === HISTOGRAM) this.#count(point.value);
        else point.value = isMonotonic ? this.#grown(point.value) : this.#moved(point.value);
      }
    }
  }

  #count(value) {
    const { counts } = value.buckets;
    const mean = value.sum / value.count;
    let added = 0;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      if (counts[bucket] === 0) continue;
      const more = Math.floor(this.#next() * 100);
      counts[bucket] += more;
      added += more;
    }
    value.count += added;
    value.sum += added * mean;
  }

  #grown(value) {
    if (value === 0) return 0;
    const more = this.#next() * 100;
    return Number.isInteger(value) ? value + Math.floor(more) : value + more;
  }

  #moved(value) {
    const moved = value * (0.95 + 0.1 * this.#next());
    return Number.isInteger(value) ? Math.round(moved) : moved;
  }
}

/** Requests as an agent makes them: the pushes of `together` processes in each. Messages of protobuf that follow each other are one. */
export function asRequests(pushes, together) {
  const requests = [];
  for (let from = 0; from < pushes.length; from += together) {
    requests.push(gzipSync(Buffer.concat(pushes.slice(from, from + together))));
  }
  return requests;
}
