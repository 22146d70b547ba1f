import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Joi from 'joi';
import { ROOT } from '../../server/root.js';
import { parseForm } from '../../server/web/parse.js';
import { line, objectIds } from '../../server/web/form-fields.js';
import { codeOf } from '../support/code.js';
import { leastHeldBy, MOST_HELD } from '../support/loop.js';

const SERVER = path.join(ROOT, 'server');
/** Read the environment and nothing that is sent, or have pieces that schema files put together. */
const OTHERS = ['config.ts', 'web/form-fields.ts', 'web/parse.ts', 'web/say-fault.ts'];

/** A schema as Joi keeps it. Its `describe` fails where a field falls back to an empty text. */
interface Kept {
  type: string;
  _flags: { only?: boolean };
  _rules: { name: string; args?: Record<string, unknown> }[];
  $_terms: Record<string, unknown>;
}

/** What takes a text or a list of any length, or compares each of a list with each, by its place in the schema. */
function faultsOf(schema: Joi.Schema, place: string): string[] {
  const { type, _flags, _rules, $_terms } = schema as unknown as Kept;
  const faults: string[] = [];
  const rules = new Map(_rules.map((rule) => [rule.name, rule.args ?? {}]));
  const isBounded = rules.has('max') || rules.has('length') || _flags.only === true;
  if ((type === 'string' || type === 'array') && !isBounded)
    faults.push(`${place}: a ${type} without a maximum`);
  if (rules.get('unique')?.comparator) faults.push(`${place}: unique by a comparator`);
  return [
    ...faults,
    ...Object.entries($_terms)
      .filter(([part]) => !part.startsWith('_'))
      .flatMap(([part, value]) => faultsIn(value, `${place}.${part}`)),
  ];
}

function faultsIn(value: unknown, place: string): string[] {
  if (Joi.isSchema(value)) return value.type === 'any' ? [] : faultsOf(value, place);
  if (Array.isArray(value)) return value.flatMap((one, at) => faultsIn(one, `${place}[${at}]`));
  const isPart =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPart ? Object.entries(value).flatMap(([key, one]) => faultsIn(one, `${place}.${key}`)) : [];
}

/** Every schema that a module exports, also those that are made for one event. */
function schemasIn(module: Record<string, unknown>): [string, Joi.Schema][] {
  const event = { days: ['2026-11-24'] };
  return Object.entries(module).flatMap(([name, value]): [string, Joi.Schema][] => {
    if (Joi.isSchema(value)) return [[name, value]];
    if (typeof value !== 'function') return [];
    try {
      const made: unknown = (value as (given: unknown) => unknown)(event);
      return Joi.isSchema(made) ? [[name, made]] : [];
    } catch {
      return [];
    }
  });
}

describe('what forms and addresses may hold', () => {
  const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  it('is said in schema files, so that the next test sees it', () => {
    const elsewhere = files
      .filter((file) => !file.endsWith('schema.ts') && !OTHERS.includes(file))
      .filter((file) => readFileSync(path.join(SERVER, file), 'utf8').includes("from 'joi'"));
    assert.deepEqual(elsewhere, []);
  });

  it('has a maximum, every text and every list, and nothing compares each with each', async () => {
    const faults: string[] = [];
    let seen = 0;
    for (const file of files.filter((name) => name.endsWith('schema.ts'))) {
      const module = (await import(
        pathToFileURL(codeOf(path.join('server', file.replace(/\.ts$/, '')))).href
      )) as Record<string, unknown>;
      for (const [name, schema] of schemasIn(module)) {
        seen += 1;
        faults.push(...faultsOf(schema, `${file} ${name}`));
      }
    }
    assert.deepEqual(faults, []);
    assert.ok(seen > 40, `only ${seen} schemas were found`);
  });

  it('finds what it looks for', () => {
    const schema = Joi.object({
      text: Joi.string(),
      list: Joi.array().items(Joi.string().max(3)).max(2),
      deep: Joi.array().max(3).items(Joi.string().valid('a'), Joi.string().allow('')),
      when: Joi.string()
        .max(3)
        .when('text', { is: 'x', then: Joi.string().max(9), otherwise: Joi.string() }),
      pairs: Joi.array()
        .max(9)
        .unique((a, b) => a === b),
    }).pattern(/^x/, Joi.string());
    const places = faultsOf(schema, 'it').map((fault) => fault.split(':')[0]);
    assert.equal(places.length, 5, places.join('\n'));
  });
});

describe('a list of ids', () => {
  const schema = Joi.object<{ ids: unknown[] }>({ ids: objectIds(3).min(1).required().label('a row') });
  const [a, b] = ['a'.repeat(24), 'b'.repeat(24)];

  it('counts each once and takes a single one; too many, none and what is no id are told', () => {
    const parsed = parseForm(schema, { ids: [a, b, a] });
    assert.deepEqual(parsed.ok && parsed.value.ids.map(String), [a, b]);
    const single = parseForm(schema, { ids: a });
    assert.deepEqual(single.ok && single.value.ids.map(String), [a]);
    for (const [ids, message] of [
      [[a, b, a, b], 'Select 3 at most.'],
      [['x'], 'Select a row.'],
      [[a, { $gt: '' }], 'Select a row.'],
      [[], 'Select at least 1.'],
      [undefined, 'Enter a row.'],
    ] as const) {
      const refused = parseForm(schema, { ids });
      assert.equal(!refused.ok && refused.errors.ids, message);
    }
  });

  it('of any length holds nobody up', async () => {
    const ids = Array.from({ length: 19_900 }, (_, n) => n.toString(16).padStart(24, '0'));
    const held = await leastHeldBy(async () => parseForm(schema, { ids }));
    assert.ok(held <= MOST_HELD, `${held} ms`);
  });
});

describe('a line of text', () => {
  const schema = Joi.object<{ name: string }>({ name: line(120).required().label('a name') });

  it('of nothing but control characters and spaces is empty', () => {
    for (const name of ['\0', ' \0 ', '\u2028', '\u200b', ' \t\n\u0085\ufeff ', '\0'.repeat(500)]) {
      const parsed = parseForm(schema, { name });
      assert.equal(!parsed.ok && parsed.errors.name, 'Enter a name.', JSON.stringify(name));
    }
  });

  it('has none of them at its ends, and spaces for those inside', () => {
    const parsed = parseForm(schema, { name: '\0 Anna\0\u2028Lee \u0007 ' });
    assert.equal(parsed.ok && parsed.value.name, 'Anna Lee');
  });

  it('of any kind holds nobody up, nor does a number', async () => {
    const many = 100_000;
    const number = Joi.object({ n: Joi.number().integer().min(0).max(9) });
    const held = await leastHeldBy(async () => {
      for (const odd of [' ', '\0', '\u200b', 'a ', ' \0a'])
        for (const name of [odd.repeat(many), `a${odd.repeat(many)}b`]) parseForm(schema, { name });
      for (const n of [`1${'0'.repeat(many)}1e1`, `0.${'0'.repeat(many)}10`, ' '.repeat(many)])
        assert.equal(parseForm(number, { n }).ok, false);
    });
    assert.ok(held <= MOST_HELD, `${held} ms`);
  });
});
