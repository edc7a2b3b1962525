/** A method as the object has it; `this` is whatever it is called on. */
export type Method = (this: never, ...args: never[]) => unknown;

/** What a wrapper passes calls on to. Read it at each call: an inherited method may be replaced meanwhile. */
export interface Original {
  readonly method: (this: unknown, ...args: unknown[]) => unknown;
}

/**
 * Puts a wrapper in place of an own or inherited method, with the name, length and property attributes of the method.
 *
 * @param wrap makes the wrapper; as a rule it calls `original.method.apply(this, arguments)`
 * @returns how to put the method back; no effect where somebody else has replaced the wrapper since
 */
export function wrapMethod(object: object, name: PropertyKey, wrap: (original: Original) => Method): () => void {
  const methods = object as Record<PropertyKey, unknown>;
  const before = Object.getOwnPropertyDescriptor(methods, name);
  const method = methods[name] as Original['method'] | undefined;
  if (typeof method !== 'function') return () => undefined;
  const wrapped = wrap(before ? { method } : new Inherited(object, name));
  Object.defineProperty(wrapped, 'name', { value: method.name, configurable: true });
  Object.defineProperty(wrapped, 'length', { value: method.length, configurable: true });
  Object.defineProperty(methods, name, {
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
    value: wrapped,
  });
  return () => {
    if (methods[name] !== wrapped) return;
    if (before) Object.defineProperty(methods, name, before);
    else Reflect.deleteProperty(methods, name);
  };
}

class Inherited implements Original {
  readonly #object: object;
  readonly #name: PropertyKey;

  constructor(object: object, name: PropertyKey) {
    this.#object = object;
    this.#name = name;
  }

  get method(): Original['method'] {
    return (Object.getPrototypeOf(this.#object) as Record<PropertyKey, Original['method']>)[this.#name] as never;
  }
}
