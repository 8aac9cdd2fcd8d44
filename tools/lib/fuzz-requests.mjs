import fc from 'fast-check';
import { anyBody, fromSchema, headers, hostile, mediaType, resolved } from './fuzz-values.mjs';

/**
 * One request before its places are filled in: ids are those of the tenant that is tried just now.
 * @typedef {object} Wanted
 * @property {string} method
 * @property {string} path     as in the document
 * @property {Record<string, string | undefined>} parts  for its places; undefined: the real one
 * @property {Record<string, string>} query
 * @property {string | Buffer} body
 * @property {Record<string, string>} headers
 * @property {string} mediaType
 * @property {boolean} anonymous
 */

/**
 * Requests to every operation of an OpenAPI document.
 * @param {any} document
 * @returns {fc.Arbitrary<Wanted>}
 */
export function requestsOf(document) {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(/** @type {Record<string, any>} */ (item)).map(([method, operation]) =>
      requestsTo({ path, method: method.toUpperCase(), operation, document }),
    ),
  );
  return fc.oneof(...operations);
}

/** @param {{ path: string, method: string, operation: any, document: any }} what */
function requestsTo({ path, method, operation, document }) {
  const parameters = (operation.parameters ?? []).map((/** @type {any} */ one) => resolved(one, document));
  const inQuery = parameters.filter((/** @type {any} */ one) => one.in === 'query');
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const part = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, hostile);
  const queries = inQuery.map((/** @type {any} */ { name, schema }) => [
    name,
    fc.oneof(
      fromSchema(schema, document, name, 1).map((one) =>
        typeof one === 'string' ? one : JSON.stringify(one),
      ),
      hostile,
    ),
  ]);
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  const described = schema && fromSchema(schema, document).map((one) => JSON.stringify(one) ?? '');
  return fc.record({
    method: fc.constant(method),
    path: fc.constant(path),
    parts: fc.record(Object.fromEntries(places.map((name) => [name, part]))),
    query: fc.oneof(
      fc.record(Object.fromEntries(queries), { requiredKeys: [] }),
      fc.dictionary(
        fc.constantFrom('limit', 'cursor', 'at', 'status', 'type', 'eventId', 'format'),
        hostile,
        {
          maxKeys: 2,
        },
      ),
    ),
    body: described
      ? fc.oneof({ weight: 3, arbitrary: described }, { weight: 2, arbitrary: anyBody })
      : anyBody,
    headers: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, headers),
    mediaType,
    anonymous: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
}
