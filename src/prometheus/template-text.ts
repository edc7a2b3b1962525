/** Text as it shall appear, in what Prometheus takes for a template. */
export function literally(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}');
}

/**
 * How Prometheus writes a value in a unit: `1.5s`, `5%`, `1.2KiB`.
 *
 * @param unit UCUM, as in the catalogue
 * @param value a template's expression: `$value`, `0.05`
 */
export function formatted(unit: string, value: string): string {
  switch (unit) {
    case 's':
      return `{{ ${value} | humanizeDuration }}`;
    case '1':
      return `{{ ${value} | humanizePercentage }}`;
    case 'By':
      return `{{ ${value} | humanize1024 }}B`;
    default:
      return `{{ ${value} | printf "%.4g" }}${/^$|[{}]/.test(unit) ? '' : ` ${literally(unit)}`}`;
  }
}

/** A number in a template's language. A whole one needs its point: `printf "%g"` refuses an integer. */
export function templateNumber(value: number): string {
  return Number.isInteger(value) && !/e/.test(String(value)) ? `${value}.0` : String(value);
}
