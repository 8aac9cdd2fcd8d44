import { SetMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;
/** The JSON Schemas of successes, by the id of the operation. */
export type Answers = Record<string, object>;

/** The JSON Schema of a route's body, for its document; that it holds is checked by the route itself. */
export const Takes = (schema: object, { required = true } = {}): MethodDecorator =>
  SetMetadata('swagger/apiParameters', [{ in: 'body', name: 'body', type: String, required, schema }]);

/** The parameters of a route's query, by name, as JSON Schemas. */
export const queryParameters = (
  query: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): object[] =>
  Object.entries(query).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }));

export const Asks = (...query: Parameters<typeof queryParameters>): MethodDecorator =>
  SetMetadata('swagger/apiParameters', queryParameters(...query));

/** Content types of a route's body, where there are others than JSON. */
export const TakesAs = (...types: string[]): MethodDecorator => SetMetadata('swagger/apiConsumes', types);

/** OpenAPI 3.1 of every route of the process, as JSON at /docs-json; to read and to try at /docs. */
export async function serveDocs(app: NestFastifyApplication, answers: Answers = {}): Promise<OpenAPIObject> {
  const { SwaggerModule } = await import('@nestjs/swagger');
  const document = await documentOf(app, answers);
  SwaggerModule.setup('docs', app, document);
  return document;
}

/** The JSON alone. Nothing of it is loaded before somebody asks. */
export async function serveDocument(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  let document: Promise<OpenAPIObject> | undefined;
  fastify.get('/docs-json', () => (document ??= documentOf(app)));
}

async function documentOf(app: NestFastifyApplication, answers: Answers = {}): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger');
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posthorn')
    .setVersion('0.1.0')
    .setDescription('Errors are application/problem+json (RFC 9457) with a stable `code`.')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'key')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .addCookieAuth('posthorn_session', { type: 'apiKey' }, 'session')
    .addSecurityRequirements('key')
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('session')
    .build();
  return complete(SwaggerModule.createDocument(app, config), answers);
}

/**
 * What controllers do not say one by one: every error looks the same, and so do two headers; and what stands
 * in a path is asked for also where a guard reads it and the method does not.
 */
function complete(document: OpenAPIObject, answers: Answers): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
      operation.responses['default'] = { description: 'An error', content };
      if (method === 'delete') sayNothing(operation, answers);
      sayAnswer(operation, answers);
      operation.parameters = [...pathParameters(path), ...(operation.parameters ?? []).filter(isNotOfPath)];
      if (method === 'post')
        operation.parameters = [...(operation.parameters ?? []), header('Idempotency-Key')];
      // What can be replaced has a version.
      if (method !== 'get' && method !== 'post' && item.get && (item.put || item.patch))
        operation.parameters = [...(operation.parameters ?? []), header('If-Match')];
    }
  }
  return document;
}

/** What is removed is answered without words: 204, or 202 until Kafka has it. */
function sayNothing({ operationId = '', responses }: OperationObject, answers: Answers): void {
  if (!responses['200'] || answers[operationId]) return;
  delete responses['200'];
  responses['204'] = { description: '' };
  responses['202'] = { description: 'It will take effect soon' };
}

/** What a success says. */
function sayAnswer({ operationId = '', responses }: OperationObject, answers: Answers): void {
  const schema = answers[operationId];
  if (!schema) return;
  for (const [status, response] of Object.entries(responses))
    if (status.startsWith('2') && response && 'description' in response)
      response.content = { 'application/json': { schema } };
}

const pathParameters = (path: string) =>
  Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    ...{ name, in: 'path' as const, required: true, schema: { type: 'string' as const } },
  }));

const isNotOfPath = (parameter: object): boolean => !('in' in parameter && parameter.in === 'path');

const header = (name: string) => ({
  name,
  in: 'header' as const,
  required: false,
  schema: { type: 'string' as const },
});

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    requestId: { type: 'string' },
    errors: { type: 'array', items: { type: 'object' } },
  },
};
