// `${NAME}`, `${NAME:-default}` and `$$` as in the OpenTelemetry configuration file (specification, "Environment variable
// substitution"), but stricter: a variable that is not set is a problem, not an empty text.

/** Variables by name: `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text after substitution. */
export interface Substituted {
  readonly text: string;
  /** Whether the text was one reference and nothing else. */
  readonly whole: boolean;
  /** What is wrong with its references, as the end of the sentence "expected …". */
  readonly problems: readonly string[];
}

const TOKEN = /\$\$|\$\{([^}]*)(\}?)/g;
const REFERENCE = /^(?:env:)?([a-zA-Z_][a-zA-Z0-9_]*)(?::-([^\n]*))?$/;

/** Whether there is anything to substitute. */
export function hasReferences(text: string): boolean {
  return text.includes('$$') || text.includes('${');
}

/**
 * Replaces `${NAME}`, `${env:NAME}` and `${NAME:-default}` by variables, and `$$` by `$`. An empty variable counts as one that
 * is not set, and what was put in is not looked through again.
 */
export function substitute(text: string, environment: Environment): Substituted {
  const problems = new Set<string>();
  const replaced = text.replace(TOKEN, (token: string, reference: string | undefined, end: string | undefined) => {
    if (reference === undefined) return '$';
    const [, name, byDefault] = (end === '}' && REFERENCE.exec(reference)) || [];
    if (name === undefined) {
      problems.add('${NAME} or ${NAME:-default} after each ${, or $${ for the characters themselves');
      return token;
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined && value !== '') return value;
    if (byDefault === undefined) {
      problems.add(`the environment variable ${cut(name)} to be set, or a default: \${${cut(name)}:-…}`);
    }
    return byDefault ?? '';
  });
  return { text: replaced, whole: /^\$\{[^}]*\}$/.test(text), problems: [...problems] };
}

/** The references of a text, without what stands around them and without their defaults: `"…${HOST:-…}…"`. */
export function referencesOf(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [, name, byDefault] = REFERENCE.exec(match[1] ?? '') ?? [];
    if (match.index > end) parts.push('…');
    parts.push(name === undefined ? '…' : `\${${cut(name)}${byDefault === undefined ? '' : ':-…'}}`);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push('…');
  return parts.join('').replace(/…{2,}/g, '…').slice(0, 100);
}

function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}
