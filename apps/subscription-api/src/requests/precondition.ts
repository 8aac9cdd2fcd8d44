import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AppError, type ServiceRequest } from '@posthorn/runtime';

/** Looks at the version that is about to be changed. @throws AppError `precondition-failed` */
export type Precondition = (version: number) => void;

/** The entity tag of an aggregate's version. What its receiver does (`health`) is no part of it. */
export const etagOf = (version: number): string => `"${version}"`;

/** `If-Match` (RFC 9110, 13.1.1): weak tags never match; without the header, or with `*`, all do. */
function ifMatch(header: unknown): Precondition | undefined {
  if (typeof header !== 'string' || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  return (version) => {
    if (tags.includes(etagOf(version))) return;
    throw new AppError(
      'precondition-failed',
      `It was changed meanwhile: its ETag is ${etagOf(version)}. Read it again, then decide.`,
    );
  };
}

/** What the request's `If-Match` asks for. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  ifMatch(context.switchToHttp().getRequest<ServiceRequest>().headers['if-match']),
);
