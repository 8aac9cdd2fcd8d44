import { Controller, HttpCode, Inject, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor } from '@posthorn/runtime';
import { CurrentAuthor, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { ResealService, type Resealed } from './reseal.service.js';

/** What `npm run secrets:rotate` calls. */
@Controller('v1/secrets')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class ResealController {
  constructor(@Inject(ResealService) private readonly service: ResealService) {}

  @Post('reseal')
  @HttpCode(200)
  @Needs('manage', { tenant: 'none' })
  reseal(@CurrentAuthor() author: Author): Promise<Resealed> {
    return this.service.run(author);
  }
}
