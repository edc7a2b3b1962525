/**
 * Text that Grafana shall read as it is, where it puts in variables of its environment: in most of its provisioning files, but not in
 * the annotations and queries of alert rules, nor in dashboards.
 */
export function unexpanded(text: string): string {
  return text.replaceAll('$', '$$$$');
}
