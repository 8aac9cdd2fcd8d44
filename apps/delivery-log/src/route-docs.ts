import { applyDecorators, SetMetadata } from '@nestjs/common';
import { queryParameters } from '@posthorn/runtime';

/** JSON Schema, as far as OpenAPI 3.1 needs it. */
export type Schema = { readonly [key: string]: unknown };

type RouteDocs = {
  summary: string;
  /** By name; every one is optional. */
  query?: Readonly<Record<string, Schema>>;
  body?: Schema;
  answer: Schema;
  status?: number;
  contentType?: string;
};

/**
 * What the OpenAPI document says of a route beyond its path. The keys are those of @nestjs/swagger, which
 * only who serves the document has to load.
 */
export function Documented(docs: RouteDocs): MethodDecorator {
  const { summary, query = {}, body, answer, status = 200, contentType = 'application/json' } = docs;
  const bodies = body ? [{ in: 'body', name: 'body', type: String, required: true, schema: body }] : [];
  const content = { [contentType]: { schema: answer } };
  return applyDecorators(
    SetMetadata('swagger/apiOperation', { summary }),
    SetMetadata('swagger/apiParameters', [...queryParameters(query), ...bodies]),
    SetMetadata('swagger/apiResponse', { [status]: { description: summary, content } }),
  );
}

export const text: Schema = { type: 'string' };
export const textOrNull: Schema = { type: ['string', 'null'] };
export const instant: Schema = { type: 'string', format: 'date-time' };
export const instantOrNull: Schema = { type: ['string', 'null'], format: 'date-time' };
export const whole: Schema = { type: 'integer' };
export const wholeOrNull: Schema = { type: ['integer', 'null'] };
export const number: Schema = { type: 'number' };
export const numberOrNull: Schema = { type: ['number', 'null'] };
export const oneOfTexts = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** An object that always has all of these. */
export const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  ...{ type: 'object', required: Object.keys(properties), properties },
});
/** One that may have these. */
export const partial = (properties: Readonly<Record<string, Schema>>): Schema => ({
  ...{ type: 'object', properties },
});
export const pageOf = (item: Schema): Schema => object({ items: listOf(item), nextCursor: textOrNull });
