import { Controller, Get } from '@nestjs/common';

/** For whoever opens the address in a browser. The portal takes this place one day. */
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
