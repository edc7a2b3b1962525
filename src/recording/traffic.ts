import type { Direction } from '../catalog/websocket.ts';
import type { CounterCell, HistogramCell } from './cells.ts';
import { OVERFLOW_ATTRIBUTE } from './family.ts';
import type { CounterFamily, HistogramFamily } from './family.ts';

/** Where messages are counted. */
export interface TrafficFamilies {
  readonly messages: CounterFamily;
  readonly io: CounterFamily;
  readonly sizes: HistogramFamily;
}

/** The cells that one message of a direction and type touches. */
interface TypeCells {
  readonly messages: CounterCell;
  readonly io: CounterCell;
}

/** The cells of one direction. */
interface Lane {
  readonly sizes: HistogramCell;
  readonly types: Map<string, TypeCells>;
}

/** The messages of all connections of one role and route. */
export class Traffic {
  readonly #families: TrafficFamilies;
  readonly #route: string | undefined;
  readonly #received: Lane;
  readonly #sent: Lane;

  constructor(families: TrafficFamilies, route: string | undefined) {
    this.#families = families;
    this.#route = route;
    this.#received = { sizes: families.sizes.at(['receive']), types: new Map() };
    this.#sent = { sizes: families.sizes.at(['transmit']), types: new Map() };
  }

  record(direction: Direction, type: string, sizeBytes: number): void {
    // two fields, for a record by direction would have to be searched by its key
    const lane = direction === 'receive' ? this.#received : this.#sent;
    const cells = lane.types.get(type) ?? this.#cellsOf(lane, direction, type);
    cells.messages.add(1);
    cells.io.add(sizeBytes);
    lane.sizes.record(sizeBytes);
  }

  #cellsOf(lane: Lane, direction: Direction, type: string): TypeCells {
    const values = [direction, type, this.#route];
    const { attributes, cell } = this.#families.messages.seriesAt(values);
    const cells = { messages: cell, io: this.#families.io.at(values) };
    // a type beyond the cap is not remembered: there may be any number of them
    if (!(OVERFLOW_ATTRIBUTE in attributes)) lane.types.set(type, cells);
    return cells;
  }
}
