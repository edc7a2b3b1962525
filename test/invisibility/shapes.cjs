'use strict';
// What can be told of objects and functions from outside, as plain data.

/** All that can be told of a function but its source. */
function functionShape(fn) {
  let constructs = true;
  try {
    Reflect.construct(Object, [], fn);
  } catch {
    constructs = false;
  }
  return {
    name: fn.name,
    length: fn.length,
    keys: Reflect.ownKeys(fn).map(String),
    kind: Object.getPrototypeOf(fn).constructor.name,
    tag: Object.prototype.toString.call(fn),
    constructs,
  };
}

const shapeOf = (value) =>
  typeof value === 'function' ? functionShape(value) : value === null ? 'null' : typeof value;

/** Every own property with its whole descriptor; of values, the type, since addresses and handles differ from run to run. */
function properties(object) {
  return Reflect.ownKeys(object).map((key) => {
    const { enumerable, configurable, writable, get, set, value } = Object.getOwnPropertyDescriptor(object, key);
    const flags = [enumerable && 'enumerable', configurable && 'configurable', writable && 'writable'].filter(Boolean);
    return [String(key), flags.join(' '), get || set ? { get: shapeOf(get), set: shapeOf(set) } : shapeOf(value)];
  });
}

/** Each event with the names of its listeners, wrapped by `once` or not. */
function listenersOf(emitter) {
  return emitter.eventNames().map((event) => ({
    event: String(event),
    count: emitter.listenerCount(event),
    listeners: emitter.listeners(event).map(({ name, length }) => `${name}/${length}`),
    raw: emitter.rawListeners(event).map(({ name, length }) => `${name}/${length}`),
  }));
}

function chain(object) {
  const names = [];
  for (let at = Object.getPrototypeOf(object); at; at = Object.getPrototypeOf(at)) names.push(at.constructor.name);
  return names;
}

function keysIn(object) {
  const keys = [];
  for (const key in object) keys.push(key);
  return keys;
}

/** An error as an application can log it, and where in the application it was made. */
function errorShape(error) {
  const frames = String(error.stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return {
    class: error.constructor.name,
    name: error.name,
    message: String(error.message).replace(/:\d{4,5}\b/g, ':PORT'),
    code: error.code,
    keys: Object.keys(error),
    firstFrame:
      frames[0]?.includes('/node_modules/ws/') || frames[0]?.includes('node:')
        ? frames[0].trim()
        : applicationFrame(frames),
    applicationFrame: applicationFrame(frames),
  };
}

function applicationFrame(frames) {
  return frames.find((line) => line.includes('/observations/'))?.trim();
}

module.exports = { properties, listenersOf, chain, keysIn, errorShape };
