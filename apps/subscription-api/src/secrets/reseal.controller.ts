import { Body, Controller, HttpCode, Inject, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor, Takes, validate } from '@posthorn/runtime';
import { IsBoolean, IsOptional } from 'class-validator';
import { CurrentAuthor, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { shapes } from '../request-shapes.js';
import { ResealService, type Resealed } from './reseal.service.js';

class ResealBody {
  /** Every subscription gets a new snapshot in Kafka, also where nothing is to be sealed again. */
  @IsOptional()
  @IsBoolean()
  all?: boolean;
}

/** What `npm run secrets:rotate` calls. */
@Controller('v1/secrets')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class ResealController {
  constructor(@Inject(ResealService) private readonly service: ResealService) {}

  @Post('reseal')
  @HttpCode(200)
  @Takes(shapes.reseal, { required: false })
  @Needs('manage', { tenant: 'none' })
  reseal(@CurrentAuthor() author: Author, @Body() body: unknown): Promise<Resealed> {
    const { all } = validate(ResealBody, body ?? {});
    return this.service.run(author, { all: all ?? false });
  }
}
