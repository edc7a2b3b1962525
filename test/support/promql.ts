import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** A matcher of a selector. */
interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A selector of an expression, and where it stands. */
export interface Selector {
  /** Of the metric, with suffixes; empty without one. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** Between brackets right after it, `5m`; undefined: none. */
  readonly range: string | undefined;
  /** Functions and aggregations around it, from the inside out: `rate`, `sum`, `histogram_quantile`. */
  readonly within: readonly string[];
}

/** What stands in an expression. */
export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that it groups by, joins on, or ignores. */
  readonly labels: readonly string[];
  /** Functions and aggregations. */
  readonly functions: readonly string[];
}

/**
 * Reads PromQL by Prometheus's own grammar. Variables have to be filled in before.
 *
 * @throws SyntaxError where it is none
 */
export function readPromql(text: string): Expression {
  const selectors: Selector[] = [];
  const labels: string[] = [];
  const functions: string[] = [];
  const read = (node: SyntaxNode): string => text.slice(node.from, node.to);
  const visit = (node: SyntaxNode, within: readonly string[]): void => {
    if (node.type.isError) {
      throw new SyntaxError(`not PromQL at ${node.from} (${text.slice(node.from, node.from + 20)}): ${text}`);
    }
    let inside = within;
    if (node.name === 'VectorSelector') selectors.push(selectorAt(node, within, read));
    if (node.name === 'GroupingLabels') {
      labels.push(...childrenOf(node).map((label) => read(label).replace(/^["'`]|["'`]$/g, '')));
    }
    if (node.name === 'FunctionCall' || node.name === 'AggregateExpr') {
      const name = read(node.firstChild as SyntaxNode);
      functions.push(name);
      inside = [name, ...within];
    }
    for (const child of childrenOf(node)) visit(child, inside);
  };
  visit(parser.parse(text).topNode, []);
  if (text.trim() === '') throw new SyntaxError('not PromQL: nothing');
  return { selectors, labels, functions };
}

function selectorAt(node: SyntaxNode, within: readonly string[], read: (node: SyntaxNode) => string): Selector {
  const matchers = childrenOf(node.getChild('LabelMatchers')).flatMap((matcher): Matcher[] => {
    const [label, op, value] = childrenOf(matcher);
    if (!label || !op || !value) return [];
    return [{ label: read(label), op: read(op) as Matcher['op'], value: unquoted(read(value)) }];
  });
  const identifier = node.getChild('Identifier');
  const ranged = node.parent?.name === 'MatrixSelector' ? node.parent.getChild('DurationExpr') : null;
  return {
    name: identifier ? read(identifier) : (matchers.find(({ label }) => label === '__name__')?.value ?? ''),
    matchers: matchers.filter(({ label }) => label !== '__name__'),
    range: ranged ? read(ranged) : undefined,
    within,
  };
}

function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) children.push(child);
  return children;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** Fills in Grafana's variables: all jobs and instances, and windows as with a scrape each 15 s. */
export function withVariables(expression: string, given: Readonly<Record<string, string>> = {}): string {
  const values: Readonly<Record<string, string>> = {
    job: '.+',
    instance: '.+',
    __rate_interval: '1m0s',
    __rate_interval_ms: '60000',
    __interval: '15s',
    __interval_ms: '15000',
    __range: '1h',
    __range_s: '3600',
    __range_ms: '3600000',
    ...given,
  };
  return expression.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    return values[braced ?? bare ?? ''] ?? whole;
  });
}
