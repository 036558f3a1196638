/** Turns a zod schema and a body into an `EngineFunction`: compact JSON Schema, validation errors a model can act on. */
import * as z from 'zod';
import type { JsonSchema } from '../engine/chat';
import type { EngineFunction, FunctionContext, FunctionOutcome, Validation } from '../engine/EngineFunction';
import type { FunctionEffect } from '../engine/modes';

interface Definition<Arguments extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  /** Read-only functions of one step run in parallel. */
  readonly readOnly: boolean;
  /** So do these, although they act. */
  readonly parallel?: boolean;
  /** What it does beyond the window: the mode may refuse it. */
  readonly effect?: FunctionEffect;
  /** Fields in which the empty string says something; elsewhere it is taken as left out. */
  readonly mayBeEmpty?: readonly string[];
  /** Brings what models write in other forms into the one that is documented. */
  readonly accept?: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  readonly arguments: Arguments;
  /** @throws VirtualContextError — shown to the model as a failed call */
  run(args: z.output<Arguments>, context: FunctionContext): Promise<FunctionOutcome>;
}

const WHOLE_NUMBER = 'expected a whole number from 1';
/** Pages and line numbers. */
export const positiveInteger = z.int({ error: WHOLE_NUMBER }).min(1, { error: WHOLE_NUMBER });

export function defineFunction<Arguments extends z.ZodObject>(
  definition: Definition<Arguments>,
): EngineFunction<z.output<Arguments>> {
  const { name, description, readOnly, parallel = false, mayBeEmpty = [], accept } = definition;
  // A misspelled field would change what a call means (startLine, start_line): it is an error, not ignored.
  const strict = definition.arguments.strict();
  const parameters = compactSchema(z.toJSONSchema(strict, { io: 'input' })) as JsonSchema;
  return {
    schema: { name, description, parameters },
    readOnly,
    parallel,
    ...(definition.effect ? { effect: definition.effect } : {}),
    validate(value): Validation<z.output<Arguments>> {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return {
          ok: false,
          error: `Invalid arguments: expected one JSON object, ${signature(name, parameters)}.`,
        };
      }
      // Models write null or "" for what they mean to leave out.
      const given = Object.fromEntries(
        Object.entries(accept?.(Object(value)) ?? value).filter(
          ([key, v]) => v !== null && (v !== '' || mayBeEmpty.includes(key)),
        ),
      );
      const parsed = strict.safeParse(given);
      if (parsed.success) return { ok: true, value: parsed.data as z.output<Arguments> };
      const problems = parsed.error.issues.map((issue) => describeIssue(issue, given)).join('; ');
      return { ok: false, error: `Invalid arguments: ${problems}. Expected ${signature(name, parameters)}.` };
    },
    run: (args, context) => definition.run(args, context),
  };
}

function describeIssue(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  const field = issue.path.join('.');
  if (!(String(issue.path[0]) in given)) return `"${field}" is missing`;
  return `"${field}": ${issue.message.replace(/^(Invalid (input|option)|Too \w+): /, '')}`;
}

interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
}

function typeOf({ enum: values, type, items }: PropertySchema): string {
  if (values) return values.map((value) => `"${value}"`).join(' | ');
  if (!items) return type ?? 'any';
  const fields = Object.entries(items.properties ?? {}).map(([key, field]) => `${key}: ${typeOf(field)}`);
  return `[${fields.length > 0 ? `{ ${fields.join(', ')} }` : typeOf(items)}, …]`;
}

/** @returns e.g. `read_file(path: string, startLine?: integer)` */
function signature(name: string, schema: JsonSchema): string {
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  const properties = Object.entries((schema.properties as Record<string, PropertySchema> | undefined) ?? {});
  const fields = properties.map(([key, property]) => {
    return `${key}${required.has(key) ? '' : '?'}: ${typeOf(property)}`;
  });
  return `${name}(${fields.join(', ')})`;
}

/** Schemas take part of every window: what says nothing to a model goes. Key order is zod's, hence deterministic. */
function compactSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compactSchema);
  if (typeof value !== 'object' || value === null) return value;
  const noise = new Set(['$schema', 'minLength', 'minimum']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !noise.has(key) && inner !== Number.MAX_SAFE_INTEGER)
      .map(([key, inner]) => [key, compactSchema(inner)]),
  );
}
