import { TelemetryConfigError } from '../../../src/base/errors.ts';
import { checkDocument } from '../../../src/cli/check.ts';
import { resolveDocuments } from '../../../src/config/resolve.ts';
import { VARIABLES, mutate } from '../../support/config-mutator.ts';
import { SECRETS, USER_CONFIGS, fullConfig } from '../../support/full-config.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const DOCUMENTS = 10_000;
const HIDDEN = [...SECRETS, VARIABLES.SET_SECRET];

function problemsOf(document: unknown): TelemetryConfigError | undefined {
  try {
    resolveDocuments('monitoring.json', [document], VARIABLES);
    return undefined;
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error;
    throw error;
  }
}

describe('10,000 documents made wrong', () => {
  it('start from right ones', () => {
    for (const document of [fullConfig(), ...USER_CONFIGS]) expect(problemsOf(document)).toBeUndefined();
  });

  it('are accepted, or refused by one error that names all that is wrong, and never a secret', () => {
    const random = new SeededRandom(20_261_122);
    let refused = 0;
    let named = 0;
    for (let number = 0; number < DOCUMENTS; number++) {
      const base = number % 4 < 2 ? fullConfig() : USER_CONFIGS[number % 2]!;
      const { document, wrong, exposes } = mutate(base, random);
      const error = problemsOf(document);
      const paths = error?.issues.map(({ path }) => path) ?? [];
      const missed = wrong.filter((path) => !paths.includes(path));
      if (missed.length > 0) throw new Error(`document ${number}: nothing said of ${missed.join(', ')}`);
      const { code, stdout, stderr } = checkDocument('monitoring.json', document, VARIABLES);
      const seen = [error?.message ?? '', JSON.stringify(error?.issues ?? []), stderr, exposes ? '' : stdout].join(
        '\n',
      );
      const leaked = HIDDEN.find((secret) => seen.includes(secret));
      if (leaked !== undefined) throw new Error(`document ${number} shows ${leaked}:\n${seen}`);
      if (/^\s+at /m.test(seen) || stderr.length > 10_000 || (code === 0) !== (error === undefined)) {
        throw new Error(`document ${number} ends in ${code}:\n${seen}`);
      }
      refused += error === undefined ? 0 : 1;
      named += wrong.length;
    }
    // the mutations do what they are for
    expect(refused).toBeGreaterThan(DOCUMENTS * 0.8);
    expect(refused).toBeLessThan(DOCUMENTS);
    expect(named).toBeGreaterThan(DOCUMENTS * 2);
  });
});
