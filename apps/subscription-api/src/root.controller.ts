import { Controller, Get } from '@nestjs/common';

/** For programs that ask for the address itself; browsers get the portal (portal.ts). */
@Controller()
export class RootController {
  @Get()
  about(): object {
    return {
      name: 'Posthorn',
      version: '0.1.0',
      brutlers: '/api/vendor/webhooks',
      tenants: '/v1/tenants',
      docs: '/docs',
      health: '/health/ready',
    };
  }
}
