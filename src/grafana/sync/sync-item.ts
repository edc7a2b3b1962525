/** What a sync did with one thing in Grafana. */
export interface SyncItem {
  readonly kind: 'data source' | 'folder' | 'dashboard' | 'alert rules';
  readonly uid: string;
  readonly title: string;
  /**
   * - `created`: it was not there.
   * - `updated`: it was as an earlier sync had left it.
   * - `unchanged`: it was right already.
   * - `removed`: it is no longer wanted.
   * - `kept`: it differs and was left as it is; `reason` says why.
   * - `failed`: Grafana did not let us; `reason` says why, and what to do.
   */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'removed' | 'kept' | 'failed';
  /** One line, of `kept` and `failed`. */
  readonly reason?: string;
}

/** How a sync treats what somebody changed by hand. */
export interface SyncOptions {
  /** Overwrites it. @defaultValue false */
  readonly overwrite?: boolean;
}

/** Why what comes from a provisioning file is left as it is. */
export const FROM_FILE_REASON = 'it comes from a provisioning file of Grafana, which alone can change it';

/** Says what became of one thing. */
export function outcomesOf({
  kind,
  uid,
  title,
}: Pick<SyncItem, 'kind' | 'uid' | 'title'>): (outcome: SyncItem['outcome'], reason?: string) => SyncItem {
  return (outcome, reason) => ({ kind, uid, title, outcome, ...(reason !== undefined && { reason }) });
}
