import { toJsonSchema } from '@valibot/to-json-schema';
import type { JsonSchema } from '@valibot/to-json-schema';
import { configSchema } from '../../src/config/schema.ts';

const WHOLE_REFERENCE = { type: 'string', pattern: '^\\$\\{[^}]*\\}$' } as const;
const ANY_REFERENCE = { type: 'string', pattern: '\\$\\{|\\$\\$' } as const;

/** The JSON Schema of the document (draft 7): by it editors complete and check. */
export function configJsonSchema(): JsonSchema {
  const schema = toJsonSchema(configSchema, {
    target: 'draft-07',
    typeMode: 'input',
    // what only code can check stands in the descriptions
    ignoreActions: ['metadata', 'check', 'finite'],
  });
  const { $schema, ...rest } = admitReferences(schema);
  return {
    $schema,
    title: 'Configuration of telemetry-dashboard',
    description:
      'In every text ${NAME} and ${NAME:-default} are environment variables, and $$ is $; one that is all of a value can stand for a number or a switch.',
    ...rest,
  };
}

/** Lets a reference to a variable stand in place of each value. */
function admitReferences(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties } = schema;
  if (schema.type === 'object') {
    return {
      ...schema,
      ...(properties && { properties: mapValues(properties, (property) => admitReferences(property as JsonSchema)) }),
      ...(typeof additionalProperties === 'object' && { additionalProperties: admitReferences(additionalProperties) }),
    };
  }
  if (schema.type === 'array') return { ...schema, items: admitReferences(items as JsonSchema) };
  const { description, default: byDefault, anyOf, ...value } = schema;
  // a text that is only not to be empty may be a reference as it is
  if (schema.type === 'string' && schema.pattern === undefined && schema.enum === undefined) return schema;
  const isText = schema.type === 'string' || schema.enum !== undefined;
  return {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    anyOf: [...(anyOf ?? [value]), isText ? ANY_REFERENCE : WHOLE_REFERENCE],
  };
}

function mapValues<Value, Result>(
  object: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
