// The websocket metrics as a flat object for each role, and what a row expects, in the same form.

const ROLES = ['server', 'client'];

/** The metrics whose values are what they are, not what was added. */
const GAUGES = new Set(['open', 'idle', 'buffer', 'buffer max']);

/** A key's start, by metric, and the attributes that follow it, in this order. */
const KEYS = {
  open_connections: { name: '', attributes: ['websocket.connection.state'] },
  'connection.duration': {
    name: 'closed',
    attributes: ['websocket.close.code', 'websocket.close.initiator', 'error.type', 'http.route'],
  },
  'handshake.duration': {
    name: 'handshake',
    attributes: ['http.response.status_code', 'error.type', 'http.route'],
    first: '-',
  },
  messages: { name: 'messages', attributes: ['network.io.direction', 'websocket.message.type', 'http.route'] },
  io: { name: 'io', attributes: ['network.io.direction', 'websocket.message.type', 'http.route'] },
  'network.io': { name: 'network', attributes: ['network.io.direction'] },
  'message.size': { name: 'sizes', attributes: ['network.io.direction'] },
  'message.process.duration': { name: 'processed', attributes: ['error.type'] },
  'messages.dropped': { name: 'dropped', attributes: ['reason'] },
  'ping.duration': { name: 'ping', attributes: [] },
  'send_buffer.usage': { name: 'buffer', attributes: [] },
  'send_buffer.max': { name: 'buffer max', attributes: [] },
  errors: { name: 'errors', attributes: ['error.type'] },
};

function keyOf(metric, attributes) {
  const { name, attributes: known, first } = KEYS[metric] ?? { name: metric, attributes: [] };
  const left = { ...attributes };
  const words = name === '' ? [] : [name];
  known.forEach((attribute, index) => {
    if (left[attribute] !== undefined) words.push(String(left[attribute]));
    else if (index === 0 && first) words.push(first);
    delete left[attribute];
  });
  for (const [attribute, value] of Object.entries(left)) words.push(`${attribute}=${value}`);
  const key = words.join(' ');
  return metric === 'open_connections' && key === 'active' ? 'open' : key;
}

/**
 * What was collected, as `{ server: { key: number }, client: … }`. A histogram gives its count under its key, its sum under
 * `sum of <key>`.
 */
function figuresOf({ resourceMetrics }) {
  const figures = { server: {}, client: {} };
  for (const { metrics } of resourceMetrics.scopeMetrics) {
    for (const { descriptor, dataPoints } of metrics) {
      const [, role, metric] = /^websocket\.(server|client)\.(.+)$/.exec(descriptor.name) ?? [];
      if (!role) continue;
      for (const { attributes, value } of dataPoints) {
        const key = keyOf(metric, attributes);
        if (typeof value === 'number') figures[role][key] = value;
        else [figures[role][key], figures[role][`sum of ${key}`]] = [value.count, value.sum];
      }
    }
  }
  return figures;
}

/** What was added between two collections, without what is 0; gauges as they are after. */
function difference(before, after) {
  const result = {};
  for (const role of ROLES) {
    result[role] = {};
    for (const [key, value] of Object.entries(after[role])) {
      const added = GAUGES.has(key) ? value : value - (before[role][key] ?? 0);
      if (added !== 0) result[role][key] = added;
    }
  }
  return result;
}

/** Sums of times are not part of the comparison: {@link impossibleTimes} looks at them. */
const isSumOfTimes = (key) => key.startsWith('sum of ') && !key.startsWith('sum of sizes');

/** A row's notation for one role, in full: each message counts in `messages`, `io` and `sizes`, and bytes go over the network. */
function expand(notation, wire) {
  const expected = {};
  const add = (key, value) => (expected[key] = (expected[key] ?? 0) + value);
  for (const [key, value] of Object.entries(notation)) {
    const [, direction] = /^(receive|transmit) /.exec(key) ?? [];
    if (direction) {
      const [count, bytes] = value;
      add(`messages ${key}`, count);
      add(`io ${key}`, bytes);
      add(`sizes ${direction}`, count);
      add(`sum of sizes ${direction}`, bytes);
    } else if (key === 'network') {
      [expected['network receive'], expected['network transmit']] = value === 'any' ? ['any', 'any'] : value;
    } else {
      expected[key] = value;
    }
  }
  if (!('network receive' in expected)) [expected['network receive'], expected['network transmit']] = wire;
  return expected;
}

/** @returns a line for each figure that is not as expected */
function compare(expected, actual) {
  const lines = [];
  for (const role of ROLES) {
    const keys = new Set([...Object.keys(expected[role]), ...Object.keys(actual[role])]);
    for (const key of [...keys].sort()) {
      const want = expected[role][key] ?? 0;
      const got = actual[role][key] ?? 0;
      if (want === 'any' || isSumOfTimes(key)) continue;
      if (typeof want === 'function' ? !want(got) : want !== got)
        lines.push(`${role}: ${key}: ${want} expected, ${got} measured`);
    }
  }
  return lines;
}

/** @returns a line for each sum of times that no clock can have given in a row that took `elapsedSeconds`, or that is below `atLeast` */
function impossibleTimes(actual, elapsedSeconds, atLeast = {}) {
  const lines = [];
  for (const role of ROLES) {
    for (const [key, sum] of Object.entries(actual[role]).filter(([name]) => isSumOfTimes(name))) {
      const count = actual[role][key.slice('sum of '.length)] ?? 0;
      if (!(sum >= 0 && sum <= count * elapsedSeconds)) {
        lines.push(`${role}: ${key}: ${sum} s in ${count} of a row of ${elapsedSeconds} s`);
      }
    }
    for (const [key, seconds] of Object.entries(atLeast[role] ?? {})) {
      const sum = actual[role][`sum of ${key}`] ?? 0;
      if (!(sum >= seconds)) lines.push(`${role}: ${key}: at least ${seconds} s expected, ${sum} s measured`);
    }
  }
  return lines;
}

module.exports = { ROLES, figuresOf, difference, expand, compare, impossibleTimes };
