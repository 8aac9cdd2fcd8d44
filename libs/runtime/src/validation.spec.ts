import { Type } from 'class-transformer';
import { IsArray, IsInt, IsObject, IsOptional, IsString, Min, ValidateNested } from 'class-validator';
import { AppError } from './problem.js';
import { validate } from './validation.js';

class Part {
  @IsString() name!: string;
  @IsInt() @Min(1) count!: number;
}

class Body {
  @IsString() url!: string;
  @IsOptional() @IsObject() metadata?: Record<string, unknown>;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Part) parts?: Part[];
}

function refusal(body: unknown): AppError {
  try {
    validate(Body, body);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('was accepted');
}

describe('validate', () => {
  it('answers with an instance, nested ones too', () => {
    const body = validate(Body, {
      url: 'x',
      metadata: { any: [1, { thing: null }] },
      parts: [{ name: 'a', count: 1 }],
    });
    expect(body).toBeInstanceOf(Body);
    expect(body.parts![0]).toBeInstanceOf(Part);
    expect(body.metadata).toEqual({ any: [1, { thing: null }] });
  });

  it('names every wrong and every unknown field with its pointer', () => {
    const error = refusal({
      url: 1,
      'a/b~c': 2,
      parts: [
        { name: 'a', count: 1 },
        { name: 'b', count: 0, more: 1 },
      ],
    });
    expect(error).toMatchObject({ code: 'invalid', status: 422 });
    expect(error.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/url', detail: 'must be a string' },
        { pointer: '/a~1b~0c', detail: 'is not a known field' },
        { pointer: '/parts/1/count', detail: 'must not be less than 1' },
        { pointer: '/parts/1/more', detail: 'is not a known field' },
      ]),
    );
    expect(error.errors).toHaveLength(4);
    expect(error.detail).toMatch(/\(and 3 more\)$/);
  });

  it.each([
    ['nothing', undefined, 'malformed-json'],
    ['null', null, 'invalid'],
    ['an array', [], 'invalid'],
    ['a text', 'x', 'invalid'],
  ])('refuses %s as a body', (_name, body, code) => {
    expect(refusal(body).code).toBe(code);
  });

  it.each([
    ['{"url":"x","__proto__":{"admin":true}}', '/__proto__'],
    ['{"url":"x","metadata":{"a":{"__proto__":{}}}}', '/metadata/a/__proto__'],
    ['{"url":"x","metadata":{"constructor":{"prototype":{}}}}', '/metadata/constructor'],
  ])('refuses what reaches for a prototype: %s', (json, pointer) => {
    expect(refusal(JSON.parse(json)).errors).toEqual([{ pointer, detail: 'is not an allowed name' }]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it.each([
    [{ url: 'a\0b' }, '/url'],
    [{ url: 'x', metadata: { a: ['\ud800'] } }, '/metadata/a/0'],
    [{ url: 'x', metadata: { 'a\0': 1 } }, '/metadata'],
  ])('refuses text that no database holds (%#)', (body, pointer) => {
    expect(refusal(body).errors).toMatchObject([{ pointer }]);
  });

  it('refuses nesting beyond 32, however deep', () => {
    const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    expect(validate(Body, { url: 'x', metadata: deep(31) }).url).toBe('x');
    expect(refusal({ url: 'x', metadata: deep(33) }).errors![0]!.detail).toBe('is nested deeper than 32');
    expect(refusal({ url: 'x', metadata: deep(100_000) }).code).toBe('invalid');
  });

  it('lists at most a hundred errors', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${n}`, 1]));
    expect(refusal({ url: 'x', ...many }).errors).toHaveLength(100);
  });
});
