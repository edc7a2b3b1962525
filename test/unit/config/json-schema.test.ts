import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { resolveDocuments } from '../../../src/config/resolve.ts';
import { configJsonSchema } from '../../support/config-json-schema.ts';
import { VARIABLES, mutate } from '../../support/config-mutator.ts';
import { USER_CONFIGS, fullConfig } from '../../support/full-config.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const accepts = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false }).compile(
  configJsonSchema() as object,
);
const EXAMPLE = readFileSync(join(__dirname, '../../../configs/monitoring.json'), 'utf8');

function resolves(document: unknown): boolean {
  try {
    resolveDocuments('monitoring.json', [document], VARIABLES);
    return true;
  } catch {
    return false;
  }
}

describe('configs/monitoring.schema.json', () => {
  it('accepts right documents', () => {
    for (const document of [{}, fullConfig(), ...USER_CONFIGS, JSON.parse(EXAMPLE)]) {
      expect([accepts(document), accepts.errors]).toEqual([true, null]);
    }
  });

  it('takes a variable for any value, and for no section', () => {
    const document = {
      enabled: '${ON}',
      prometheus: { port: '${PORT:-1}', host: '${A}.${B}' },
      logging: { level: '${L}' },
    };
    expect(accepts(document)).toBe(true);
    expect(accepts({ alerts: { thresholds: { high_latency_ms: '${MS}' }, rules: [] } })).toBe(true);
    expect(accepts({ prometheus: { port: '1${PORT}' } })).toBe(false);
    expect(accepts({ prometheus: '${SECTION}' })).toBe(false);
    expect(accepts({ websocket: { routes: '${ROUTES}' } })).toBe(false);
  });

  it('agrees with the check: accepts what it accepts, refuses what has a wrong key, type or range', () => {
    const random = new SeededRandom(4);
    const verdicts = { accepted: 0, refused: 0 };
    for (let number = 0; number < 1500; number++) {
      const { document, bySchema } = mutate(number % 2 ? USER_CONFIGS[0]! : fullConfig(), random);
      const right = resolves(document);
      let verdict: boolean;
      try {
        verdict = accepts(document);
      } catch {
        // a Proxy that throws cannot stand in a file
        continue;
      }
      if (right && !verdict) throw new Error(`refuses ${JSON.stringify(document)}: ${JSON.stringify(accepts.errors)}`);
      if (bySchema && verdict) throw new Error(`accepts ${JSON.stringify(document)}`);
      verdicts[verdict ? 'accepted' : 'refused'] += 1;
    }
    expect(verdicts.accepted).toBeGreaterThan(40);
    expect(verdicts.refused).toBeGreaterThan(500);
  });
});

describe('configs/monitoring.json', () => {
  it('changes nothing: it has every key with a fixed default, at that default', () => {
    const { $schema, ...document } = JSON.parse(EXAMPLE) as Record<string, unknown>;
    expect($schema).toBe('./monitoring.schema.json');
    expect(document).toEqual(resolveDocuments('the defaults', [], {}).config);
    expect(resolveDocuments('monitoring.json', [document], {})).toEqual(resolveDocuments('the defaults', [], {}));
  });
});
