/** Of the OpenAPI document; what is checked stands in plain-event. */
const event = {
  type: 'object',
  additionalProperties: false,
  required: ['tenantId', 'type', 'timestamp'],
  properties: {
    tenantId: { type: 'string', maxLength: 200 },
    type: { type: 'string', maxLength: 200 },
    entity: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'id'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 200 },
        id: { type: 'string', minLength: 1, maxLength: 200 },
      },
      description: 'Required unless there is an id',
    },
    timestamp: { type: 'string', format: 'date-time' },
    data: {},
    id: { type: 'string', minLength: 1, maxLength: 200 },
  },
};

export const publicationShape = {
  oneOf: [event, { type: 'array', items: event, minItems: 1, maxItems: 1_000 }],
};
