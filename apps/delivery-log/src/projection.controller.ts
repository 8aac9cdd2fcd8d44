import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ProjectionService } from './projection.service.js';

/** For operators: how old the oldest record is that was read and cannot be asked for yet. */
@Controller('health')
export class ProjectionController {
  constructor(@Inject(ProjectionService) private readonly projections: ProjectionService) {}

  @Get('delivery-log')
  @Header('cache-control', 'no-store')
  delay(): { delayMs: number } {
    return { delayMs: this.projections.delayMs };
  }
}
