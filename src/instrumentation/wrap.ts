/** A method as the object has it; `this` is whatever it is called on. */
type Method = (this: never, ...args: never[]) => unknown;

/** What a wrapper passes calls on to. Read it at each call: an inherited method may be replaced meanwhile. */
export interface Original {
  readonly method: (this: unknown, ...args: unknown[]) => unknown;
}

/**
 * A wrapper as the one method of an object: a method in a class is no constructor, and neither then is what stands in for it.
 * For a method that is a function of its own, such as those of `EventEmitter`, a function.
 */
export interface Wrapper {
  readonly method: Method;
}

/** Every wrapper that is in place, by its function. */
const layers = new WeakMap<object, Layer>();

/**
 * Puts a wrapper in place of an own or inherited method, with the name, length and property attributes of the method.
 *
 * @param wrap makes the wrapper; as a rule it calls `original.method.apply(this, arguments)`
 * @returns how to put the method back, also from under later wrappers of ours; no effect where somebody else has replaced the
 *   wrapper since
 */
export function wrapMethod(object: object, name: PropertyKey, wrap: (original: Original) => Wrapper): () => void {
  const methods = object as Record<PropertyKey, unknown>;
  const method = methods[name];
  if (typeof method !== 'function') return () => undefined;
  const layer = new Layer(object, name);
  const { method: wrapped } = wrap(layer);
  Object.defineProperty(wrapped, 'name', { value: method.name, configurable: true });
  Object.defineProperty(wrapped, 'length', { value: method.length, configurable: true });
  Object.defineProperty(methods, name, {
    configurable: true,
    writable: true,
    enumerable: isEnumerable(object, name),
    value: wrapped,
  });
  layers.set(wrapped, layer);
  return () => {
    layer.remove(wrapped);
  };
}

/** What is under a wrapper. */
class Layer implements Original {
  readonly #object: object;
  readonly #name: PropertyKey;
  #before: PropertyDescriptor | undefined;
  /** The object's own method; undefined for an inherited one. */
  #own: Original['method'] | undefined;

  constructor(object: object, name: PropertyKey) {
    this.#object = object;
    this.#name = name;
    this.#before = Object.getOwnPropertyDescriptor(object, name);
    this.#own = this.#before && ((object as Record<PropertyKey, unknown>)[name] as Original['method']);
  }

  get method(): Original['method'] {
    if (this.#own) return this.#own;
    return (Object.getPrototypeOf(this.#object) as Record<PropertyKey, unknown>)[this.#name] as Original['method'];
  }

  remove(wrapped: Method): void {
    const above = this.#layerAbove(wrapped);
    if (above) {
      above.#before = this.#before;
      above.#own = this.#own;
    } else if (this.#current() === wrapped) {
      // without effect on what was frozen meanwhile: the wrapper then only passes calls on
      if (this.#before) Reflect.defineProperty(this.#object, this.#name, this.#before);
      else Reflect.deleteProperty(this.#object, this.#name);
    }
  }

  /** The wrapper of ours that passes calls on to this one. */
  #layerAbove(wrapped: Method): Layer | undefined {
    let layer = layers.get(this.#current() as object);
    while (layer && layer.#own !== wrapped) layer = layer.#own && layers.get(layer.#own);
    return layer;
  }

  #current(): unknown {
    return Object.getOwnPropertyDescriptor(this.#object, this.#name)?.value;
  }
}

/** As it was; on a prototype, an inherited method stays as visible to `for in` as it was, on a single object it must not be seen. */
function isEnumerable(object: object, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (own) return own.enumerable === true;
  if (!Object.hasOwn(object, 'constructor')) return false;
  for (
    let owner = Object.getPrototypeOf(object) as object | null;
    owner;
    owner = Object.getPrototypeOf(owner) as null
  ) {
    const inherited = Object.getOwnPropertyDescriptor(owner, name);
    if (inherited) return inherited.enumerable === true;
  }
  return false;
}
