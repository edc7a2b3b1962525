import type { GrafanaClient } from '../api/grafana-client.ts';
import { GrafanaError } from '../api/grafana-error.ts';
import type { StoredAlertRule, StoredRuleGroup } from '../api/model.ts';
import type { GrafanaAlertRule, GrafanaAlertRules } from '../alert-rules.ts';
import { contains } from './contains.ts';
import { FROM_FILE_REASON, outcomesOf } from './sync-item.ts';
import type { SyncItem, SyncOptions } from './sync-item.ts';

/** Of what came over the API: Grafana lets nobody change it by hand. */
const OURS = 'api';

/** Of what came from a provisioning file: only that can change it. */
const FROM_FILE = 'file';

/** Writes that another process came before, in a row. */
const MAX_LOST_RACES = 5;

/**
 * Sets the group of alert rules; without any, removes it. In Grafana they can only be looked at and silenced: their thresholds are
 * those of the configuration. Rules that somebody made their own, by a file or another provenance, are left alone.
 */
export async function syncAlertRules(
  client: GrafanaClient,
  folderUid: string,
  wanted: GrafanaAlertRules,
  { overwrite = false }: SyncOptions,
): Promise<SyncItem> {
  const { group, intervalSeconds, rules } = wanted;
  const item = outcomesOf({ kind: 'alert rules', uid: group, title: `${group} (${rules.length})` });
  for (let lost = 0; ; lost++) {
    const stored = await client.getRuleGroup(folderUid, group);
    if (stored ? isAsWanted(stored, wanted) : rules.length === 0) return item('unchanged');
    // new ones were all here or elsewhere before: one tells
    const owner = await ownerOf(client, stored?.rules ?? rules.slice(0, 1));
    if (owner) {
      const isHere = owner.folderUID === folderUid && owner.ruleGroup === group;
      if (owner.provenance === FROM_FILE) return item('kept', FROM_FILE_REASON);
      if (!isHere) return item('kept', `${owner.title} is in another folder or group`);
      if (owner.provenance !== OURS && !overwrite) {
        return item('kept', 'somebody has made them editable; overwrite them to lose that');
      }
    }
    if (stored && rules.length === 0) {
      for (const { uid } of stored.rules) await client.deleteAlertRule(uid);
      return item('removed');
    }
    try {
      await client.setRuleGroup(folderUid, group, { interval: intervalSeconds, rules });
      return item(stored ? 'updated' : 'created');
    } catch (error) {
      if (!(error instanceof GrafanaError && error.kind === 'conflict') || lost >= MAX_LOST_RACES) throw error;
    }
  }
}

/** The first that is not ours, else the first: of a group Grafana does not tell whose its rules are. Null where none is there. */
async function ownerOf(
  client: GrafanaClient,
  rules: readonly { readonly uid: string }[],
): Promise<StoredAlertRule | null> {
  let first: StoredAlertRule | null = null;
  for (const { uid } of rules) {
    const rule = await client.getAlertRule(uid);
    if (rule && rule.provenance !== OURS) return rule;
    first ??= rule;
  }
  return first;
}

function isAsWanted(
  { interval, rules: stored }: StoredRuleGroup,
  { intervalSeconds, rules }: GrafanaAlertRules,
): boolean {
  // Grafana before version 12 drops it
  const knowsKeepFiring = stored.some((rule) => 'keep_firing_for' in rule);
  const known = ({ keep_firing_for: keepFiringFor, ...rule }: GrafanaAlertRule): object =>
    knowsKeepFiring ? { ...rule, keep_firing_for: keepFiringFor } : rule;
  return contains({ interval, rules: byUid(stored) }, { interval: intervalSeconds, rules: byUid(rules).map(known) });
}

function byUid<Rule extends { readonly uid: string }>(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => (a.uid < b.uid ? -1 : 1));
}
