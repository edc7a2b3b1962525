/** Text as it shall appear, in what Grafana takes for a template, and after it has put in the variables of its environment. */
export function asTemplate(text: string): string {
  return text.replace(/\{\{|\$/g, (special) => `{{"${special}"}}`);
}
