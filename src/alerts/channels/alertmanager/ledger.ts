import type { Alert } from '../../alert.ts';

/** What became of one state of one alert. */
interface Entry {
  isAccepted: boolean;
  isLost: boolean;
  /** Whether it is still among the alerts. */
  isCurrent: boolean;
  /** Requests under way that hold it. */
  underWay: number;
  /** Peers that will not have it. */
  readonly refusedBy: Set<number>;
}

/** Remembers which states of which alerts have reached a peer, and which never did before they were over. */
export class Ledger {
  readonly #peers: number;
  readonly #entries = new Map<string, Entry>();

  /** @param peers how many there are */
  constructor(peers: number) {
    this.#peers = peers;
  }

  /**
   * Takes up what is new and lets go of what is over.
   *
   * @returns how many states are lost: no peer had accepted them when they were over
   */
  update(alerts: readonly Alert[]): number {
    const current = new Set(alerts.map(keyOf));
    for (const key of current) {
      if (this.#entries.has(key)) continue;
      this.#entries.set(key, {
        isAccepted: false,
        isLost: false,
        isCurrent: true,
        underWay: 0,
        refusedBy: new Set(),
      });
    }
    for (const [key, entry] of this.#entries) entry.isCurrent = current.has(key);
    return this.#letGo();
  }

  /** Those that a peer is to be told. */
  wantedBy(peer: number, alerts: readonly Alert[]): Alert[] {
    return alerts.filter((alert) => this.#entries.get(keyOf(alert))?.refusedBy.has(peer) !== true);
  }

  /** A peer is being told of them. */
  begin(alerts: readonly Alert[]): void {
    this.#each(alerts, (entry) => (entry.underWay += 1));
  }

  /**
   * The telling has ended, however it did.
   *
   * @returns how many are lost with that
   */
  end(alerts: readonly Alert[]): number {
    this.#each(alerts, (entry) => (entry.underWay -= 1));
    return this.#letGo();
  }

  accepted(alerts: readonly Alert[]): void {
    this.#each(alerts, (entry) => (entry.isAccepted = true));
  }

  /** A peer will not have it, and is not told of it again in this state. Lost: that was the last of the peers. */
  refused(peer: number, alert: Alert): { readonly isFirst: boolean; readonly isLost: boolean } {
    const entry = this.#entries.get(keyOf(alert));
    if (!entry) return { isFirst: false, isLost: false };
    entry.refusedBy.add(peer);
    const isLost = !entry.isAccepted && entry.refusedBy.size === this.#peers;
    if (isLost) entry.isLost = true;
    return { isFirst: entry.refusedBy.size === 1, isLost };
  }

  /** How many states no peer has accepted yet, but might. */
  get undelivered(): number {
    return [...this.#entries.values()].filter(({ isAccepted, isLost }) => !isAccepted && !isLost).length;
  }

  #letGo(): number {
    let lost = 0;
    for (const [key, entry] of this.#entries) {
      if (entry.isCurrent || entry.underWay > 0) continue;
      if (!entry.isAccepted && !entry.isLost) lost += 1;
      this.#entries.delete(key);
    }
    return lost;
  }

  #each(alerts: readonly Alert[], act: (entry: Entry) => void): void {
    for (const alert of alerts) {
      const entry = this.#entries.get(keyOf(alert));
      if (entry) act(entry);
    }
  }
}

function keyOf({ fingerprint, state, startsAtMs }: Alert): string {
  return `${fingerprint} ${state} ${startsAtMs}`;
}
