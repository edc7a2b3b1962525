import type { TemplateDialect } from '../../prometheus/alert-description.ts';

/** How Grafana's templates say a number. A whole one needs its point: `printf "%g"` refuses an integer. */
export const GRAFANA_DIALECT: TemplateDialect = {
  value: '$values.A.Value',
  number: (value) => (Number.isInteger(value) && !/e/.test(String(value)) ? `${value}.0` : String(value)),
};

/** Text as it shall appear, in what Grafana takes for a template, and after it has put in the variables of its environment. */
export function asTemplate(text: string): string {
  return text.replace(/\{\{|\$/g, (special) => `{{"${special}"}}`);
}
