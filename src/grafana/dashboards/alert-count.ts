import { ALERT_SEVERITIES } from '../../catalog/self.ts';
import type { AlertSeverity } from '../../catalog/self.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { Matchers } from '../../promql/series.ts';
import type { Block, PanelText } from '../panels/panel.ts';
import { orZero } from '../panels/query.ts';
import { stat } from '../panels/stat.ts';
import { COLOURS, steps, thresholdSteps } from '../panels/thresholds.ts';
import type { Limits } from '../panels/thresholds.ts';

/** The most urgent first. */
export const URGENT_FIRST: readonly AlertSeverity[] = ALERT_SEVERITIES.toReversed();

/** A count of alerts has the colour of its severity from the first on. */
export const FROM_THE_FIRST: Readonly<Record<AlertSeverity, Limits>> = {
  critical: { warning: null, critical: 1 },
  warning: { warning: 1, critical: null },
};

/** A figure for each severity; "off" where alerts are off, and nothing tells whether there would be one. */
export function bySeverity(
  { alerts: { enabled } }: ResolvedConfig,
  { expr, ...text }: PanelText & { readonly expr: (where: Matchers) => string },
): Block {
  return stat({
    ...text,
    unit: 'short',
    noValue: enabled ? 'nothing reports' : 'off',
    queries: URGENT_FIRST.map((severity) => ({
      expr: enabled ? orZero(expr({ severity })) : expr({ severity }),
      legend: severity,
    })),
    thresholds: steps([{ color: COLOURS.good, value: null }]),
    overrides: URGENT_FIRST.map((severity) => ({
      matcher: { id: 'byName', options: severity },
      properties: [{ id: 'thresholds', value: thresholdSteps(FROM_THE_FIRST[severity]) }],
    })),
  });
}
