import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { answers } from './generated/answers.js';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

const withBody = ['post', 'put', 'patch'] as const;
const methods = ['get', ...withBody, 'delete'] as const;

/** OpenAPI 3.1 of every route of the process, as JSON at /docs-json; to read and to try at /docs. */
export function serveDocs(app: NestFastifyApplication): OpenAPIObject {
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
  const document = complete(SwaggerModule.createDocument(app, config));
  SwaggerModule.setup('docs', app, document);
  return document;
}

/** What controllers do not say one by one: bodies are checked by hand, and every error looks the same. */
function complete(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem },
  };
  for (const item of Object.values(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
      operation.responses['default'] = { description: 'An error', content };
      sayAnswer(operation);
      const isWriting = (withBody as readonly string[]).includes(method);
      if (isWriting)
        operation.requestBody ??= { content: { 'application/json': { schema: { type: 'object' } } } };
      if (method === 'post')
        operation.parameters = [...(operation.parameters ?? []), header('Idempotency-Key')];
      if (isWriting && method !== 'post' && item.get)
        operation.parameters = [...(operation.parameters ?? []), header('If-Match')];
    }
  }
  return document;
}

/** What a success says: read from the controllers' types (`npm run api:client`). */
function sayAnswer({ operationId = '', responses }: OperationObject): void {
  const schema = answers[operationId];
  if (!schema) return;
  for (const [status, response] of Object.entries(responses))
    if (status.startsWith('2') && response && 'description' in response)
      response.content = { 'application/json': { schema } };
}

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
