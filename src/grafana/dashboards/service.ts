import type { ResolvedConfig } from '../../config/schema.ts';
import type { Dashboard } from '../schema.ts';
import { framed } from './frame.ts';
import { glance } from './service-glance.ts';
import { errorSection, firingAlerts, latencySection, load, traffic } from './service-signals.ts';
import { self, totals } from './service-totals.ts';

/** What whoever is on call opens first. */
export function serviceDashboard(config: ResolvedConfig): Dashboard {
  return framed(
    'service',
    config,
    'How the service fares: traffic, errors, latency, load. Open it first; the other dashboards say why.',
    [
      glance(config),
      firingAlerts(config),
      traffic(),
      errorSection(config),
      latencySection(config),
      load(config),
      totals(),
      self(),
    ],
  );
}
