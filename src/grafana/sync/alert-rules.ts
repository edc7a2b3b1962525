import type { GrafanaClient } from '../api/grafana-client.ts';
import type { GrafanaAlertRules } from '../alert-rules.ts';
import { contains } from './contains.ts';
import { FROM_FILE_REASON, outcomesOf } from './sync-item.ts';
import type { SyncItem, SyncOptions } from './sync-item.ts';

/** Of what came over the API: Grafana lets nobody change it by hand. */
const OURS = 'api';

/** Of what came from a provisioning file: only that can change it. */
const FROM_FILE = 'file';

/**
 * Sets the group of alert rules, those that are no more included. In Grafana they can only be looked at and silenced: their thresholds
 * are those of the configuration. A group that somebody made their own, by a file or another provenance, is left alone.
 */
export async function syncAlertRules(
  client: GrafanaClient,
  folderUid: string,
  { group, intervalSeconds, rules }: GrafanaAlertRules,
  { overwrite = false }: SyncOptions,
): Promise<SyncItem> {
  const item = outcomesOf({ kind: 'alert rules', uid: group, title: `${group} (${rules.length})` });
  const stored = await client.getRuleGroup(folderUid, group);
  if (stored) {
    const provenances = new Set(stored.rules.map(({ provenance }) => provenance ?? ''));
    // Grafana before version 12 drops it
    const knowsKeepFiring = stored.rules.some((rule) => 'keep_firing_for' in rule);
    const wanted = knowsKeepFiring ? rules : rules.map(({ keep_firing_for: _dropped, ...rule }) => rule);
    const now = { interval: stored.interval, rules: byUid(stored.rules) };
    if (contains(now, { interval: intervalSeconds, rules: byUid(wanted) })) return item('unchanged');
    if (provenances.has(FROM_FILE)) return item('kept', FROM_FILE_REASON);
    provenances.delete(OURS);
    if (!overwrite && provenances.size > 0)
      return item('kept', 'somebody has made them editable; overwrite them to lose that');
  }
  await client.setRuleGroup(folderUid, group, { interval: intervalSeconds, rules });
  return item(stored ? 'updated' : 'created');
}

function byUid<Rule extends { readonly uid: string }>(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => (a.uid < b.uid ? -1 : 1));
}
