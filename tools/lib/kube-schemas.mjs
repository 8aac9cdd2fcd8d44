import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** @typedef {Record<string, any>} Schema */

/** Where kubeconform finds them, below the folder. */
export const schemaLocation = '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';

/** What the chart is made of, of Kubernetes' own. */
const KINDS = [
  'ServiceAccount',
  'Service',
  'Deployment',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'Ingress',
  'ConfigMap',
  'Secret',
];

/**
 * Writes a JSON schema for each kind: Kubernetes' own from its OpenAPI document, others from their
 * CustomResourceDefinitions. Strict: a field that is not known is an error.
 * @param {{ folder: string, swagger: string, crds: string[] }} options
 */
export function writeSchemas({ folder, swagger, crds }) {
  const { definitions } = JSON.parse(readFileSync(swagger, 'utf8'));
  for (const [name, definition] of Object.entries(/** @type {Record<string, Schema>} */ (definitions)))
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
      if (KINDS.includes(kind)) write(folder, { group, version, kind }, wholeSchema(name, definitions));
  for (const file of crds.flatMap(yamlFiles)) {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const crd = document.toJS();
      if (crd?.kind !== 'CustomResourceDefinition') continue;
      for (const { name: version, schema } of crd.spec.versions)
        write(
          folder,
          { group: crd.spec.group, version, kind: crd.spec.names.kind },
          strict(schema.openAPIV3Schema),
        );
    }
  }
}

/** @param {string} path a file, or a folder of them */
function yamlFiles(path) {
  if (path.endsWith('.yaml')) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(path, name));
}

/**
 * kubeconform takes the version for the group of what has none.
 * @param {string} folder
 * @param {{ group: string, version: string, kind: string }} of
 * @param {Schema} schema
 */
function write(folder, { group, version, kind }, schema) {
  const at = join(folder, group || version);
  if (!existsSync(at)) mkdirSync(at, { recursive: true });
  writeFileSync(join(at, `${kind.toLowerCase()}_${version}.json`), JSON.stringify(schema));
}

/**
 * The definition with all that it refers to.
 * @param {string} name
 * @param {Record<string, Schema>} definitions
 */
function wholeSchema(name, definitions) {
  /** @type {Record<string, Schema>} */
  const used = {};
  const take = (/** @type {string} */ wanted) => {
    if (used[wanted] || !definitions[wanted]) return;
    used[wanted] = strict(definitions[wanted]);
    for (const [, ref] of JSON.stringify(definitions[wanted]).matchAll(/"#\/definitions\/([^"]+)"/g))
      take(String(ref));
  };
  take(name);
  return { ...used[name], definitions: used };
}

/**
 * As the API server takes it, and nothing beside it: fields that are not named are errors unless the schema
 * keeps what it does not know.
 * @param {any} schema
 * @returns {any}
 */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string')
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  /** @type {Schema} */
  const made = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-kubernetes-') || key === 'format' || key === 'description') continue;
    made[key] = key === 'properties' || key === 'definitions' ? strictEach(value) : strict(value);
  }
  const keeps = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-embedded-resource'];
  if (schema.properties && made.additionalProperties === undefined && !keeps)
    made.additionalProperties = false;
  return made;
}

/** @param {Record<string, any>} schemas */
function strictEach(schemas) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, strict(schema)]));
}
